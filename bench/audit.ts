import { performance } from 'node:perf_hooks';
import { Collected, scaled, type Measured, type Scale } from './figures';
import { peakMb } from './processes';
import { short } from './report';
import type { Testbed } from './testbed';
import { freshAccounts, freshNumber } from './work';

const ACCOUNTS = 10_000;

/** An audit of ten thousand accounts that runs have provisioned, by one worker with its defaults; nothing limits the rate. */
export async function audit(bed: Testbed, scale: Scale): Promise<Measured> {
  await bed.emulator.reset({ creationMs: 0 });
  const figures = new Collected();
  const worker = await bed.startWorker();
  // The emulator's organization has the accounts that it has heard of.
  const accounts = freshAccounts(scaled(ACCOUNTS, scale)).map((accountId) => ({
    accountId,
    region: 'eu-west-1',
    name: 'workforce',
    tags: { team: 'identity' },
  }));
  const fleet = `audited-${freshNumber()}`;
  await bed.client.fleets.start({ name: fleet, accounts, maxConcurrent: 100 });
  await bed.client.fleets.result(fleet);
  const before = await calls(bed);
  const began = performance.now();
  const started = await bed.client.audits.start({ name: `bench-${freshNumber()}` });
  const report = await bed.client.audits.result(started);
  const seconds = (performance.now() - began) / 1000;
  if (report.counts.inOrder !== accounts.length)
    throw new Error(`the audit found ${JSON.stringify(report.counts)} of ${accounts.length} accounts`);
  const of = async (workflowId: string) => {
    const { historyLength, historySize = 0 } = await bed.temporal.workflow.getHandle(workflowId).describe();
    return `${historyLength} events, ${short(historySize / 1_000_000)} MB`;
  };
  const rate = ((await calls(bed)) - before) / seconds;
  figures.add(`audit of ${accounts.length} accounts`, 's', 'ours', seconds);
  figures.add('audit: calls to AWS', '/s', 'ours', rate);
  figures.add('audit: memory of the worker, at most', 'MB', 'ours', peakMb(worker.pid));
  const remarks = [
    `Audit: ${report.pages} pages; history of the last execution ${await of(report.workflowId)}, of a page ${await of(`${report.pageIdPrefix}0`)}.`,
  ];
  await worker.stop();
  return { rows: figures.toRows(), remarks };
}

async function calls(bed: Testbed): Promise<number> {
  return (await bed.emulator.get<unknown[]>('/calls')).length;
}
