import { performance } from 'node:perf_hooks';
import { bareContender, ourContender, startDbos } from './contenders';
import { emulatorEnvironment } from '../sandbox';
import { COLUMN_NAMES, median, scaled, summarize, type Column, type Measured, type Scale } from './figures';
import { startPeer, type Peer, type Process } from './processes';
import { short, spread } from './report';
import type { Testbed } from './testbed';
import { freshAccounts, until } from './work';

const ACCOUNTS = 30;
const CALL_S = 2.5;
const PATIENCE_MS = 180_000;

type How = 'restart' | 'take-over';

const THEN: Record<How, string> = {
  restart: 'started again',
  'take-over': 'another stands by',
};
const WANTED: Record<How, string> = { restart: '≤ 5 s', 'take-over': '≤ 6 s' };

/** What is killed. */
interface Subject<P extends Process> {
  column: Column;
  start(): Promise<P>;
  /** Begins with the accounts; tells of each that is done. @param process the one that was started first */
  begin(process: P, accounts: readonly string[], onDone: (account: string) => void): Promise<unknown>;
  /** Has the process that was started after the kill do what nothing else hands to it. */
  goOn?(process: P, accounts: readonly string[], onDone: (account: string) => void): Promise<unknown>;
}

interface Line {
  column: Column;
  how: How;
  recoveries: Recovery[];
}

/** What came of accounts whose process was killed with SIGKILL while CreateInstance was in flight for each. */
interface Recovery {
  /** From the kill until nothing more comes. */
  seconds: number;
  /** The calls of an account after the kill, one after the other. */
  work: number;
  /** Until the process that was started again was ready. */
  start: number;
  done: number;
  instances: number;
}

/** Kills each way to provision in the middle of its work: once where it is started again, once where another stands by. */
export async function recovery(bed: Testbed, scale: Scale): Promise<Measured> {
  const lines: Line[] = [];
  const measure = async <P extends Process>(subject: Subject<P>, how: How, rounds: number) => {
    const recoveries: Recovery[] = [];
    for (let round = 0; round < rounds; round += 1)
      recoveries.push(await kill(bed, subject, how, scaled(ACCOUNTS, scale)));
    lines.push({ column: subject.column, how, recoveries });
  };
  const several = Math.max(1, scale.rounds - 2);
  const ours = workers(bed, 'ours', () => bed.startWorker());
  const bare = workers(bed, 'bare', () => bed.startBareWorker());
  await measure(ours, 'take-over', several);
  await measure(ours, 'restart', several);
  if (bed.before !== undefined) {
    const before = workers(bed, 'before', bed.before.startWorker);
    await measure(before, 'take-over', 1);
    await measure(before, 'restart', 1);
  }
  // It waits for the time-out of the attempt, whoever takes over.
  await measure(bare, 'take-over', 1);
  const dbos = await startDbos(bed);
  await measure(peer('dbos', dbos.start), 'restart', several);
  await dbos.stop();
  const env = emulatorEnvironment(bed.emulator.url);
  await measure(
    peer('script', () => startPeer('bench/jobs/script.js', [], env)),
    'restart',
    1,
  );
  return report(lines, scaled(ACCOUNTS, scale));
}

/** Workers of Temporal: the server hands on what a dead one has left. */
function workers(
  bed: Testbed,
  column: 'ours' | 'before' | 'bare',
  start: () => Promise<Process>,
): Subject<Process> {
  const { provision } = column === 'bare' ? bareContender(bed, [], column) : ourContender(bed, [], column);
  return {
    column,
    start,
    async begin(_process, accounts, onDone) {
      let done = 0;
      const all = accounts.map(async (account) => {
        await provision([account], 1);
        done += 1;
        onDone(account);
      });
      await Promise.race([
        Promise.all(all),
        until(() => done === accounts.length, PATIENCE_MS, `${column}: all accounts`),
      ]);
    },
  };
}

/** A process that does the whole job: it is given again what it had not reported. */
function peer(column: Column, start: () => Promise<Peer>): Subject<Peer> {
  const ask = (running: Peer, accounts: readonly string[], onDone: (account: string) => void) =>
    running.ask({ accounts: [...accounts], concurrency: accounts.length }, onDone);
  return { column, start, begin: (...asked) => ask(...asked).catch(() => undefined), goOn: ask };
}

async function kill<P extends Process>(
  bed: Testbed,
  subject: Subject<P>,
  how: How,
  count: number,
): Promise<Recovery> {
  await bed.emulator.reset({ creationMs: 0, latencyMs: CALL_S * 1_000 });
  const accounts = freshAccounts(count);
  const done = new Set<string>();
  const note = (account: string) => done.add(account);
  const first = await subject.start();
  const begun = subject.begin(first, accounts, note);
  await arrived(bed, 'AssumeRole', count);
  const standby = how === 'take-over' ? await subject.start() : undefined;
  await arrived(bed, 'CreateInstance', count);
  await first.kill();
  const [killedAt, began] = [Date.now(), performance.now()];
  const second = standby ?? (await subject.start());
  const started = performance.now();
  await (subject.goOn?.(
    second,
    accounts.filter((it) => !done.has(it)),
    note,
  ) ?? begun);
  const ended = performance.now();
  await second.stop();
  const log = await bed.emulator.get<{ time: string; account: string }[]>('/calls');
  const after = log.filter(({ time }) => Date.parse(time) >= killedAt);
  const callsOf = (account: string) => after.filter((call) => call.account === account).length;
  return {
    seconds: (ended - began) / 1_000,
    work: median(accounts.map(callsOf)) * CALL_S,
    start: how === 'restart' ? (started - began) / 1_000 : 0,
    done: done.size,
    instances: (await bed.emulator.get<unknown[]>('/instances')).length,
  };
}

/** Waits until AWS was called for every account; it answers 2.5 s later. */
async function arrived(bed: Testbed, operation: string, count: number): Promise<void> {
  const calls = () => bed.emulator.get<unknown[]>(`/calls?operation=${operation}`);
  await until(async () => (await calls()).length >= count, PATIENCE_MS, operation);
}

function report(lines: readonly Line[], count: number): Measured {
  const sampleOf = ({ recoveries }: Line, value: (recovery: Recovery) => number) =>
    summarize(recoveries.map(value));
  const isWhole = ({ recoveries }: Line) => recoveries.every(({ done }) => done === count);
  const over = ({ seconds, work, start }: Recovery) => seconds - work - start;
  return {
    rows: [],
    tables: [
      {
        columns: [
          'killed in mid-call',
          'then',
          'all done in',
          'the work',
          'the start',
          'over both',
          'wanted',
          'accounts done',
          'instances',
          'rounds',
        ],
        lines: lines.map((line) => [
          COLUMN_NAMES[line.column],
          THEN[line.how],
          spread(
            sampleOf(line, ({ seconds }) => seconds),
            's',
          ),
          spread(
            sampleOf(line, ({ work }) => work),
            's',
          ),
          line.how === 'restart'
            ? spread(
                sampleOf(line, ({ start }) => start),
                's',
              )
            : '',
          // Where accounts are given up, the time says nothing.
          isWhole(line) ? spread(sampleOf(line, over), 's') : '',
          line.column === 'ours' ? WANTED[line.how] : '',
          `${short(sampleOf(line, ({ done }) => done).least)} of ${count}`,
          short(sampleOf(line, ({ instances }) => instances).most),
          line.recoveries.length,
        ]),
      },
    ],
    remarks: [
      `Recovery: ${count} accounts, each call takes ${CALL_S} s; the time is from the kill to the last result, the work is the calls of an account after it.`,
      'DBOS, taken over by another executor: not measured, as that is the part of its Conductor, which waits [60 s by default](https://docs.dbos.dev/conductor/distributed-recovery) before it tells another one.',
    ],
    chart: {
      file: 'recovery',
      title: `Seconds from a kill until ${count} accounts are done (less is better)`,
      unit: 's',
      bars: lines.filter(isWhole).map((line) => ({
        label: `${COLUMN_NAMES[line.column]}: ${THEN[line.how]}`,
        sample: sampleOf(line, ({ seconds }) => seconds),
        ours: line.column === 'ours',
      })),
    },
  };
}
