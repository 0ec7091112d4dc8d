import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NoFleetError } from '../../../../client';
import { UsageError } from '../../../../command/errors';
import type { FleetReport } from '../../../../command/fleet/report/report';
import { writeReport } from '../../../../command/fleet/report/write-report';
import { freshAccount, requestFor } from '../../../support/harness';
import { startProvisioning, type ProvisioningHarness } from '../../../support/provisioning';
import { temporalAddress } from '../../../support/temporal';

const name = `fleet-${randomUUID().slice(0, 8)}`;
const ids = [freshAccount(), freshAccount(), freshAccount()];
let harness: ProvisioningHarness;
let folder: string;
const written: string[] = [];

beforeAll(async () => {
  harness = await startProvisioning();
  folder = await mkdtemp(path.join(tmpdir(), 'identity-center-'));
  // The verb connects as the command does.
  process.env['TEMPORAL_ADDRESS'] = temporalAddress();
  process.env['IDENTITY_CENTER_TASK_QUEUE'] = harness.taskQueue;
  jest.spyOn(process.stdout, 'write').mockImplementation((text, ...rest: unknown[]) => {
    written.push(String(text));
    const done = rest.at(-1) as (() => void) | undefined;
    done?.();
    return true;
  });
  harness.emulator.setFaults({ accounts: [ids[0]!], organizationForbids: true });
  await harness.client.fleets.start({ name, accounts: ids.map((account) => requestFor(account)) });
  await harness.client.fleets.result(name);
});
afterAll(async () => {
  jest.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
  await harness.stop();
});

test('as JSON it is the report: each account with when it began and ended, and the failure with its cause', async () => {
  const output = path.join(folder, 'report.json');
  expect(await writeReport(name, { format: 'json', output })).toBe(0);
  const report = JSON.parse(await readFile(output, 'utf8')) as FleetReport;
  expect(report).toMatchObject({
    name,
    status: 'COMPLETED',
    stage: 'done',
    counts: { accounts: 3, succeeded: 2, failed: 1, unfinished: 0 },
    causes: [{ type: 'AccessDeniedException', count: 1, accounts: [ids[0]] }],
  });
  expect(report.accounts.map(({ accountId }) => accountId)).toEqual(ids);
  for (const { startedAt, endedAt } of report.accounts) {
    expect(startedAt! >= report.startedAt && endedAt > startedAt!).toBe(true);
    expect(endedAt <= report.endedAt!).toBe(true);
  }
  expect(Math.max(...report.timeline.map(({ open }) => open!))).toBeGreaterThan(0);
  expect(report.timeline.at(-1)).toMatchObject({ succeeded: 2, failed: 1, open: 0 });
});

test('without a file it goes to stdout, and nothing else does', async () => {
  written.length = 0;
  await writeReport(name, { format: 'csv' });
  expect(written).toHaveLength(1);
  expect(written[0]).toMatch(new RegExp(`^accountId,region,name,end,.*\\r\\n${ids[0]},eu-west-1,,failed,`));
});

test('a file that cannot be written is said with what to do', async () => {
  const output = path.join(folder, 'missing', 'report.html');
  const failing = writeReport(name, { format: 'html', output });
  await expect(failing).rejects.toThrow(/cannot be written \(ENOENT\)\. Name a file in a folder that exists/);
  await expect(failing).rejects.toBeInstanceOf(UsageError);
});

test('a fleet that there is not is said', async () => {
  await expect(writeReport('nowhere', { format: 'json' })).rejects.toBeInstanceOf(NoFleetError);
});
