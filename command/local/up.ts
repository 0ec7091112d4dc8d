import { showLive } from '../account/live';
import { printStatus } from '../account/output';
import { namesTemporalServer } from '../../client';
import type { Faults } from '../../sandbox/emulator';
import { DEFAULT_TASK_QUEUE } from '../../contract';
import { EXIT, exitCodeForRun } from '../exit-codes';
import { untilInterrupted } from '../interrupt';
import { LiveLine, lastStatus } from '../live';
import { pc, print, printJson, printRows } from '../output';
import type { CommonOptions } from '../with-client';
import { counted, duration } from '../words';
import { startServices, type LocalServices, type UpOptions } from './services';
import type { LocalServer } from './state';

const SAMPLE_ACCOUNT = '111122223333';
const SAMPLE_FAULTS: Faults = {
  accounts: [SAMPLE_ACCOUNT],
  creationMs: 1500,
  failNext: [
    { operation: 'CreateInstance', error: 'ThrottlingException', message: 'Rate exceeded', times: 2 },
  ],
  loseResponse: { operation: 'CreateInstance', times: 1 },
};
const STOP_WITHIN_MS = 9_500;

/** Runs the whole thing on this machine, and provisions a sample account that meets throttling and a lost answer. */
export async function up(options: CommonOptions & UpOptions & { exit?: boolean }): Promise<number> {
  const interrupted = untilInterrupted();
  const services = await Promise.race([startVisibly(options), interrupted]);
  // What was about to start ends with this process.
  if (services === undefined) return EXIT.running;
  try {
    const { emulator, server, broken } = services;
    const isNew = emulator.instances({ account: SAMPLE_ACCOUNT }).length === 0;
    if (isNew) emulator.setFaults(SAMPLE_FAULTS);
    const code = await Promise.race([provisionSample(services, isNew, options), interrupted, broken]);
    if (code === undefined) return EXIT.running;
    if (options.exit === true) return code;
    if (!options.json) print(`\nUp until Ctrl-C. In a second terminal: ${pc.bold(inSecondTerminal(server))}`);
    await Promise.race([interrupted, broken]);
    return EXIT.done;
  } finally {
    setTimeout(() => process.exit(EXIT.failed), STOP_WITHIN_MS).unref();
    await services.stop();
  }
}

async function startVisibly({ json, ...options }: CommonOptions & UpOptions): Promise<LocalServices> {
  if (json) return startServices(options, () => undefined);
  const began = performance.now();
  const live = new LiveLine();
  live.draw('Starting');
  try {
    const services = await startServices(options, (line) => {
      if (live.isSeen) live.draw(line);
      else live.print(line);
    });
    live.stop();
    const { temporalAddress, uiUrl, nexusEndpoint, emulatorUrl, taskQueue, dataFolder } = services.server;
    const { remembered } = services;
    const left = remembered === 0 ? '' : `${counted(remembered, 'instance')} from earlier; `;
    printRows([
      ['Temporal', temporalAddress],
      ['UI', uiUrl],
      ['Nexus endpoint', nexusEndpoint],
      ['AWS emulator', emulatorUrl],
      ['Task queue', taskQueue !== DEFAULT_TASK_QUEUE && taskQueue],
      ['Data', `${dataFolder} (${left}runs and instances are kept until "up --fresh")`],
      ['Started in', duration(performance.now() - began)],
    ]);
    print();
    return services;
  } finally {
    live.stop();
  }
}

async function provisionSample(
  { server, client }: LocalServices,
  isNew: boolean,
  { json }: CommonOptions,
): Promise<number> {
  const run = await client.start({
    accountId: SAMPLE_ACCOUNT,
    region: 'eu-west-1',
    name: 'sample',
    timing: { retry: { initialInterval: '500ms', maximumInterval: '1s' } },
  });
  const statuses = client.watch(SAMPLE_ACCOUNT, { runId: run.runId, intervalMs: 100 });
  const runUrl =
    server.uiUrl &&
    `${server.uiUrl}/namespaces/default/workflows/${encodeURIComponent(run.workflowId)}/${run.runId}`;
  if (json) {
    const status = await lastStatus(statuses);
    printJson({ ...server, runUrl, run: status });
    return exitCodeForRun(status);
  }
  print(
    isNew
      ? `Provisioning account ${SAMPLE_ACCOUNT}, while AWS throttles it twice and loses an answer:`
      : `Provisioning account ${SAMPLE_ACCOUNT} again, which has its instance from earlier:`,
  );
  const status = await showLive(statuses);
  print();
  printStatus(status);
  printRows([['In the UI', runUrl]]);
  return exitCodeForRun(status);
}

/** A command line that reaches this `up`, and no server that a profile names. */
function inSecondTerminal({ taskQueue }: LocalServer): string {
  const variables = [
    taskQueue !== DEFAULT_TASK_QUEUE && `IDENTITY_CENTER_TASK_QUEUE=${taskQueue} `,
    !process.env['TEMPORAL_ADDRESS'] &&
      profileNamesServer() &&
      'TEMPORAL_CONFIG_FILE=/dev/null TEMPORAL_PROFILE= ',
  ];
  return `${variables.filter(Boolean).join('')}npx identity-center provision 444455556666 --region eu-west-1`;
}

function profileNamesServer(): boolean {
  try {
    return namesTemporalServer();
  } catch {
    return true;
  }
}
