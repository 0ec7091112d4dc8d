import type { ApplicationFailure } from '@temporalio/common';
import type { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readRequest, STAGES, workflowIdOf, type AuditResult } from '../../../contract';
import { jsonSchemas, type JsonSchema } from '../../../contract/schemas';
import { startFleets, type FleetHarness } from '../../support/fleets';
import { freshAccount, handleOf, requestFor, until } from '../../support/harness';
import { progressOf } from '../../support/steering';

const SCHEMAS = jsonSchemas();
const CONTRACT = readFileSync(path.join(__dirname, '../../../docs/contract.md'), 'utf8');

const ajv = addFormats(new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }));

/** What is wrong with a document; of what a run answers, a field that the schema does not know is wrong as well. */
function problemsOf(name: string, document: unknown): string[] {
  const validate = ajv.getSchema(name) ?? ajv.compile({ ...closed(SCHEMAS[name] ?? {}), $id: name });
  void validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function closed(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'properties' in value && !('additionalProperties' in value)
      ? { ...value, additionalProperties: false }
      : value,
  );
  return JSON.parse(text) as JsonSchema;
}

/** The steps from stage to stage that the picture of the contract shows. */
const PICTURE = new Set(
  [...CONTRACT.matchAll(/^ {2}(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} ${to}`),
);

test('schemas take what a run takes, and need nothing that validators of other languages lack', () => {
  const request = requestFor('111122223333', { name: 'workforce', tags: { team: 'identity' } });
  for (const good of [request, { accountId: '111122223333', region: 'eu-west-1' }]) {
    expect(readRequest(good)).toHaveProperty('request');
    expect(problemsOf('provision-request', good)).toEqual([]);
  }
  const wrong = [
    { accountId: '1' },
    { name: '' },
    { existing: 'take' },
    { naem: 'x' },
    { timing: { pollInterval: '5' } },
  ];
  for (const field of wrong) {
    const bad = { ...request, ...field };
    expect(readRequest(bad)).toHaveProperty('problems');
    expect(problemsOf('provision-request', bad)).not.toEqual([]);
  }
  expect(JSON.stringify(SCHEMAS)).not.toMatch(/"pattern":"[^"]*(?:\(\?|\\\\p\{)/);
});

test('the picture of the contract has each stage of a provisioning', () => {
  const drawn = [...PICTURE].flatMap((step) => step.split(' '));
  for (const stage of Object.keys(STAGES))
    if (!['deleting', 'deleted'].includes(stage)) expect(drawn).toContain(stage);
});

describe('what real runs say', () => {
  let harness: FleetHarness;
  beforeAll(async () => {
    // It takes seconds on a busy machine, in which the workers of this process would answer nobody.
    for (const name of Object.keys(SCHEMAS)) problemsOf(name, {});
    harness = await startFleets();
  });
  afterAll(async () => {
    await harness.stop();
  });

  const checkProgress = async (account: string) => {
    const progress = await progressOf(harness, account);
    expect(problemsOf('progress', progress)).toEqual([]);
    const steps = progress.steps.map(({ stage }) => stage);
    for (const [index, stage] of steps.slice(1).entries())
      expect(PICTURE).toContain(`${steps[index]} ${stage}`);
    return progress;
  };

  test.concurrent('success, and deletion', async () => {
    const account = freshAccount();
    const result = await harness.provision(account, {}, { name: 'workforce', tags: { team: 'identity' } });
    expect(problemsOf('provision-result', result)).toEqual([]);
    await checkProgress(account);
    expect(problemsOf('account-status', await harness.client.status(account))).toEqual([]);
    const deleted = await harness.client.deprovision({ accountId: account });
    expect(problemsOf('deprovision-result', deleted)).toEqual([]);
    expect(problemsOf('account-status', await harness.client.status(account))).toEqual([]);
    expect(problemsOf('progress', await progressOf(harness, account))).toEqual([]);
  });

  test.concurrent('a hold, the refusals of another request, and the failure after an abort', async () => {
    const account = freshAccount();
    const { result } = await harness.start(account, { organizationForbids: true }, { onFailure: 'hold' });
    await until(
      () => progressOf(harness, account),
      ({ stage }) => stage === 'held',
    );
    const { failure } = await checkProgress(account);
    const { client } = harness;
    const resumed = await client.resume(account);
    expect(resumed).toHaveProperty('note');
    for (const answer of [resumed, await client.retry(account)])
      expect(problemsOf('steered-progress', answer)).toEqual([]);
    await until(
      () => progressOf(harness, account),
      ({ stage }) => stage === 'held',
    );
    expect(failure).toHaveProperty('situation');
    for (const other of [requestFor(account, { region: 'eu-west-2' }), { accountId: account }]) {
      const refused = handleOf(harness, account).executeUpdate('ensure', { args: [other] });
      const { cause } = (await refused.catch((error: unknown) => error)) as WorkflowUpdateFailedError;
      expect(problemsOf('ensure-refusal', (cause as ApplicationFailure).details?.[0])).toEqual([]);
    }
    expect(problemsOf('steered-progress', await client.abort(account, 'not wanted'))).toEqual([]);
    await expect(result).rejects.toThrow('not wanted');
    await checkProgress(account);
    const ended = harness.temporal.workflow.getHandle(workflowIdOf(account)).result();
    const { cause } = (await ended.catch((error: unknown) => error)) as WorkflowFailedError;
    expect(problemsOf('failure-details', (cause as ApplicationFailure).details?.[0])).toEqual([]);
  });

  test.concurrent('an audit', async () => {
    const [made, missing, refused] = [freshAccount(), freshAccount(), freshAccount()];
    await harness.provision(made, {}, { name: 'first' });
    harness.emulator.setFaults({ accounts: [refused], notReadyForMs: 600_000 });
    const accounts = [made, missing, refused].map((id) => ({ id }));
    harness.emulator.setOrganization({ accounts });
    const request = { name: freshAccount(), rules: { defaults: { region: 'eu-west-1' } } };
    expect(problemsOf('audit-request', request)).toEqual([]);
    expect(problemsOf('audit-request', { ...request, begin: true })).not.toEqual([]);
    const { workflowId } = await harness.client.audits.start(request);
    const handle = harness.temporal.workflow.getHandle(workflowId);
    const result = (await handle.result()) as AuditResult;
    expect(problemsOf('audit-result', result)).toEqual([]);
    expect(problemsOf('audit-progress', await handle.query('progress'))).toEqual([]);
    const page = harness.temporal.workflow.getHandle(`${result.pageIdPrefix}0`);
    const found = (await page.result()) as unknown[];
    expect(found.length).toBeGreaterThanOrEqual(4);
    for (const account of found) expect(problemsOf('account-audit', account)).toEqual([]);
  });

  test.concurrent('a fleet', async () => {
    const [good, bad, held] = [freshAccount(), freshAccount(), freshAccount()];
    harness.emulator.setFaults({ accounts: [bad, held], organizationForbids: true });
    const accounts = [requestFor(good), requestFor(bad), requestFor(held, { onFailure: 'hold' })];
    const fleet = { ...harness.fleetOf([]), accounts };
    await harness.client.fleets.start(fleet);
    const { fleets } = harness.client;
    const untilOneIsHeldAndOneHasFailed = () =>
      until(
        () => fleets.status(fleet.name),
        (status) => status.held === 1 && status.failed === 1,
      );
    await untilOneIsHeldAndOneHasFailed();
    const steered = [
      await fleets.steer(fleet.name, 'resume'),
      await fleets.adjust(fleet.name, { maxConcurrent: 7 }),
      await fleets.steer(fleet.name, 'retry'),
    ];
    expect(steered).toMatchObject([
      { note: 'the fleet was not paused' },
      {},
      { retried: { failed: 1, held: 1 } },
    ]);
    for (const answer of steered) expect(problemsOf('steered-fleet', answer)).toEqual([]);
    await untilOneIsHeldAndOneHasFailed();
    const handle = harness.temporal.workflow.getHandle(`identity-center-fleet/${fleet.name}`);
    const progress = await handle.query<{ pageIdPrefix: string }>('progress');
    expect(problemsOf('fleet-progress', progress)).toEqual([]);
    for await (const account of fleets.unfinished(fleet.name))
      expect(problemsOf('unfinished-account', account)).toEqual([]);
    await harness.client.abort(held, 'not wanted');
    expect(problemsOf('fleet-result', await fleets.result(fleet.name))).toEqual([]);
    const outcomes = await harness.outcomesOf(fleet.name);
    expect(outcomes).toHaveLength(3);
    for (const outcome of outcomes) expect(problemsOf('account-outcome', outcome)).toEqual([]);
  });
});
