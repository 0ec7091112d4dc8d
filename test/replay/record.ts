/**
 * Records the histories that the replay test replays, of those scenarios that have none: `npm run record-histories`. One
 * that is there is a history that open runs have: delete it only where no open run can be on that path.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { defaultBuildId } from '../../worker';
import { requestFor, startHarness, type Harness } from '../support/harness';
import { scenarios } from './scenarios';

const fileOf = (name: string) => path.join(__dirname, '..', 'histories', `${name}.json`);
const missing = Object.entries(scenarios).filter(([name]) => !existsSync(fileOf(name)));

let without: Harness;
let announcing: Harness;
beforeAll(async () => {
  const aws = { requestTimeoutMs: 2_000 };
  const topicArn = 'arn:aws:sns:eu-west-1:999999999999:runs';
  without = await startHarness({ aws });
  announcing = await startHarness({ aws, receivers: [{ name: 'topic', sns: { topicArn } }] });
});
afterAll(async () => {
  await without.stop();
  await announcing.stop();
});

test.concurrent.each(missing.length > 0 ? missing : [['nothing to record', {}] as const])(
  '%s',
  async (name, scenario) => {
    if (missing.length === 0) return;
    const harness = scenario.hasReceivers === true ? announcing : without;
    // The same account each time, so that a new recording differs only in what has changed.
    const account = String(100_000_000_000 + Object.keys(scenarios).indexOf(name));
    harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0 });
    await scenario.before?.(harness, account);
    harness.emulator.setFaults({ accounts: [account], creationMs: 0, deletionMs: 0, ...scenario.faults });
    const run = await (scenario.start?.(harness, account) ??
      harness.client.start(requestFor(account, scenario.request)));
    await scenario.during?.(harness, account);
    await harness.client.result(run, { waitHeld: true }).catch(() => undefined);
    const { workflowId } = run;
    const history = await harness.temporal.workflow.getHandle(workflowId).fetchHistory();
    // Nothing of the machine that recorded it, nor of the build.
    const json = historyToJSON(history)
      .replaceAll(path.resolve(__dirname, '..', '..'), '')
      .replaceAll(/\d+@[\w.-]+/g, 'recorder')
      .replaceAll(defaultBuildId(), 'recorded');
    const recorded = { workflowId, history: JSON.parse(json) as unknown };
    await writeFile(fileOf(name), `${JSON.stringify(recorded)}\n`);
  },
);
