import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { eventsIn } from '../../command/pipelines/read-events';
import { describeManifestProblem } from '../../client/manifest';
import { readRequest } from '../../contract';
import { answerDelivery, deliveriesIn, readRules, type Delivery, type EventRules } from '../../pipelines';
import {
  controlTowerEvent,
  createAccountEvent,
  leavingEvent,
  MANAGEMENT_ACCOUNT,
  regionEvent,
  snsMessage,
  sqsRecord,
  type Json,
} from '../support/events';
import { jsonOf } from './aws-calls';
import { assertOneLine, assertReadable, fuzz, RUNS } from './fuzz';
import { anything, mutated, mutatedText, nested } from './mutate';

const [ALLOWED, OTHER] = ['111122223333', '444455556666'];
const YAML = `
managementAccountId: "${MANAGEMENT_ACCOUNT}"
allowedAccounts: ["${ALLOWED}"]
defaults: {region: eu-west-1, tags: {team: a}, timing: {retry: {initialInterval: 1s}}}
rules:
  - match: {organizationalUnit: [Sandbox, "S*"], account: "*x*"}
    action: ignore
  - match: {account: "1111*", tags: {env: prod}}
    request: {name: prod, tags: {env: prod}}
otherwise: provision
onClosed: deprovision
onRemoved: ignore
`;
const rulesFrom = (yaml: string): EventRules => {
  const read = readRules(Buffer.from(yaml));
  assert.ok('rules' in read, JSON.stringify(read));
  return read.rules;
};
const guarded = rulesFrom(YAML);
const open = rulesFrom('defaults: {region: eu-west-1}\nonClosed: deprovision\nonRemoved: deprovision\n');

const asText = (event: Json): Json => {
  const detail = event['detail'] as Json;
  return {
    ...event,
    detail: { ...detail, serviceEventDetails: JSON.stringify(detail['serviceEventDetails']) },
  };
};
const samples = [ALLOWED, OTHER].flatMap((account): Json[] => {
  const created = controlTowerEvent(account);
  return [
    created,
    asText(created),
    created['detail'] as Json,
    controlTowerEvent(account, { name: 'UpdateManagedAccount' }),
    controlTowerEvent(account, { state: 'FAILED' }),
    createAccountEvent(account),
    createAccountEvent(account, 'EMAIL_ALREADY_EXISTS'),
    leavingEvent('CloseAccount', account),
    leavingEvent('RemoveAccountFromOrganization', account),
    regionEvent(account, 'af-south-1'),
    { createAccountStatus: { state: 'SUCCEEDED', accountId: account } },
    { Records: [sqsRecord(created), sqsRecord(snsMessage(createAccountEvent(account)))] },
    { Messages: [{ MessageId: 'a', Body: JSON.stringify(created) }] },
    snsMessage(created),
  ];
});
const texts = samples.map((it) => JSON.stringify(it));

/** Checks what is made of a delivery; says what that is. */
function check(delivery: Delivery, input: unknown, rules: EventRules): string {
  const answer = answerDelivery(delivery, rules);
  assertOneLine(answer.message, 1_500);
  if ('reason' in answer) assertOneLine(answer.reason, 1_000);
  if (answer.answer === 'unreadable') {
    assertReadable(answer.reason);
    assertOneLine(answer.field, 200);
    // What is caught there is not for mistakes of ours.
    if (typeof input === 'string') assert.notEqual(answer.reason, 'cannot be read');
  }
  if (answer.answer !== 'provision' && answer.answer !== 'deprovision' && answer.answer !== 'retry')
    return answer.answer;
  const { accountId } = answer;
  assert.match(accountId, /^\d{12}$/);
  const text =
    typeof input === 'string'
      ? input
      : inspect(input, { depth: Infinity, maxStringLength: null, maxArrayLength: null });
  assert.ok(text.includes(accountId), `no event names ${accountId}`);
  if (rules === guarded) {
    assert.equal(accountId, ALLOWED);
    assert.ok(answer.answer === 'retry' || text.includes(MANAGEMENT_ACCOUNT), 'sent by nobody');
  }
  if (answer.answer === 'provision') assert.ok(text.includes('SUCCEEDED'), 'nothing says that it was vended');
  if (answer.answer !== 'retry') assert.equal(answer.request.accountId, accountId);
  if (answer.answer === 'provision') assert.ok('request' in readRequest(answer.request));
  return answer.answer;
}

test('an event, whatever is in it: an answer for people, and nothing for an account that it does not name', async () => {
  const counts = new Map<string, number>();
  const inputs = fc.oneof(
    { weight: 5, arbitrary: mutated(fc.constantFrom<unknown>(...samples)) },
    { weight: 3, arbitrary: mutatedText(fc.constantFrom(...texts)) },
    { weight: 1, arbitrary: mutatedText(mutatedText(fc.constantFrom(...texts))) },
    { weight: 1, arbitrary: anything },
  );
  await fuzz(inputs, (input) => {
    const deliveries = deliveriesIn(input);
    assert.ok(deliveries.length > 0, 'lost');
    for (const delivery of deliveries)
      for (const rules of [open, guarded]) {
        const answer = check(delivery, input, rules);
        counts.set(answer, (counts.get(answer) ?? 0) + 1);
      }
  });
  // None of the answers goes untested.
  for (const answer of [
    'provision',
    'deprovision',
    'retry',
    'unreadable',
    'refused',
    'vendingFailed',
    'notOurs',
  ])
    expect([answer, (counts.get(answer) ?? 0) > RUNS / 500]).toEqual([answer, true]);
});

test('a pipe: each line or document is told, and no whole one is lost by a broken one before it', async () => {
  const lines = fc.array(fc.tuple(fc.constantFrom(...texts), fc.boolean()), { minLength: 1, maxLength: 6 });
  await fuzz(
    lines,
    (all) => {
      const text = all.map(([line, isBroken]) => (isBroken ? line.slice(0, -3) : line)).join('\n');
      const told = eventsIn(`${texts[0]!}\n${text}`);
      const broken = all.filter(([, isBroken]) => isBroken).length;
      const whole = all.filter(([, isBroken]) => !isBroken).flatMap(([line]) => deliveriesIn(line)).length;
      assert.equal(told.filter((it) => 'problem' in it).length, broken);
      assert.equal(told.filter((it) => 'event' in it).length, whole + 1);
    },
    { runs: RUNS / 10 },
  );
  await fuzz(mutatedText(fc.constantFrom(...texts)), (text) => {
    for (const delivery of eventsIn(text)) check(delivery, text, open);
  });
});

test('what nests deeper than a parser can go is answered', () => {
  for (const deep of [nested(50_000), '{"detail":'.repeat(50_000), '['.repeat(50_000)])
    for (const delivery of [...deliveriesIn(deep), ...eventsIn(deep), ...deliveriesIn({ detail: deep })])
      expect(answerDelivery(delivery, open)).toHaveProperty('answer');
});

test('a rules file, whatever is in it: rules, or problems for people, by line', async () => {
  const counts = { taken: 0, refused: 0 };
  const yamlOf = (value: unknown) => {
    try {
      const text: unknown = stringify(value, { aliasDuplicateObjects: false });
      return typeof text === 'string' ? text : jsonOf(value);
    } catch {
      return jsonOf(value);
    }
  };
  const files = fc.oneof(
    mutatedText(fc.constant(YAML)),
    mutated(fc.constant<unknown>(guarded)).map(yamlOf),
    mutated(fc.constant<unknown>(guarded)).map(jsonOf),
  );
  await fuzz(files, (text) => {
    const read = readRules(Buffer.from(text));
    if ('rules' in read) {
      counts.taken += 1;
      for (const sample of samples.slice(0, 4)) check({ event: sample }, sample, read.rules);
      return;
    }
    counts.refused += 1;
    assert.ok(read.problems.length > 0, 'refused without a reason');
    for (const it of read.problems) {
      assertReadable(it.message);
      assertOneLine(describeManifestProblem('rules.yaml', it), 1_400);
    }
  });
  expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(RUNS / 50);
});
