import Table from 'cli-table3';
import ora from 'ora';
import pc from 'picocolors';
import type { FleetStatus } from '../../client';
import { causeKey, FLEET_STAGES, type CallCounts } from '../../contract';
import { callsOf, percent } from './report/words';
import { isLiveTerminal, print } from '../output';

const BAR = 30;
/** The rate is that of the last while: what went before says little about what comes. */
const RATE_OVER_MS = 30_000;
const LINE_EVERY_MS = 10_000;

/** Shows a fleet as it goes: a line that lives in a terminal, else a line every 10 s; failures as they come. */
export async function showFleet(statuses: AsyncIterable<FleetStatus>): Promise<FleetStatus> {
  const spinner = isLiveTerminal() ? ora({ discardStdin: false, stream: process.stdout }) : undefined;
  const moments: Moment[] = [];
  let told = new Map<string, number>();
  let last: FleetStatus | undefined;
  let lastLine = -Infinity;
  try {
    for await (const status of statuses) {
      last = status;
      const now = performance.now();
      moments.push({
        at: now,
        ended: endedOf(status),
        sent: status.calls.sent,
        throttled: status.calls.throttled,
      });
      while (now - (moments[0]?.at ?? now) > RATE_OVER_MS) moments.shift();
      // Of the last status alone: after a retry causes count from one again.
      const before = told;
      told = new Map();
      for (const cause of status.causes) {
        const { type, count, example } = cause;
        const key = causeKey(cause);
        told.set(key, count);
        const known = before.get(key) ?? 0;
        if (count <= known) continue;
        spinner?.stop();
        print(
          `${pc.red(type)}${count > 1 ? ` (${count})` : ''}  ${known === 0 ? example : `${count - known} more`}`,
        );
      }
      const line = lineOf(status, paceOf(moments));
      if (spinner !== undefined) spinner.start(line);
      else if (now - lastLine >= LINE_EVERY_MS) {
        print(line);
        lastLine = now;
      }
    }
  } finally {
    spinner?.stop();
  }
  if (last === undefined) throw new Error('the fleet gave no status');
  return last;
}

/** A status as a person reads it. */
export function printFleet(status: FleetStatus, callsPerSecond?: number): void {
  const { stage, pages, accounts, succeeded, failed, skipped, cancelled, waiting, open, held } = status;
  const lacks = pages.expected - pages.arrived;
  const rows: [string, string | undefined][] = [
    ['Fleet', status.name],
    // A terminated fleet has no last word.
    [
      'Stage',
      ['RUNNING', 'COMPLETED', 'CANCELLED'].includes(status.status)
        ? `${stage}: ${FLEET_STAGES[stage]}`
        : pc.red(`${status.status.toLowerCase()}, when it was ${stage}`),
    ],
    [
      'Accounts',
      `${accounts}: ${succeeded} succeeded, ${failed} failed, ${cancelled} cancelled, ${skipped} skipped`,
    ],
    [
      'Under way',
      waiting + open > 0
        ? `${open} open${held > 0 ? ` (${held} held)` : ''}, ${waiting} waiting, ${status.maxConcurrent} at once`
        : undefined,
    ],
    ['Calls', status.calls.sent > 0 ? callsOf(status.calls) : undefined],
    [
      'Rate',
      callsPerSecond === undefined
        ? undefined
        : `${callsPerSecond} calls a second at the most, for all runs of the task queue`,
    ],
    ['Started', status.startedAt],
    ['Ended', status.endedAt],
    ['Run', status.workflowId],
    [
      'Note',
      lacks > 0
        ? pc.yellow(
            `${lacks} of ${pages.expected} pages of the manifest have not arrived: start it again to send them`,
          )
        : undefined,
    ],
    ...(status.notes ?? []).map((text): [string, string] => ['Noted', text]),
  ];
  for (const [label, value] of rows) if (value) print(`${pc.dim(label.padEnd(15))}${value}`);
  if (held > 0)
    print(
      pc.yellow(
        `${held} held: they wait for a person. Which, and why: identity-center list --stage held. Once the cause is removed: identity-center fleet retry ${status.name}`,
      ),
    );
  if (status.causes.length === 0) return;
  const table = new Table({
    head: ['Failed', 'Cause', 'Next step', 'Accounts'],
    style: { head: [], border: [] },
    colWidths: [8, 24, 50, 16],
    wordWrap: true,
  });
  for (const { count, type, remedy = '', accounts: ids } of status.causes)
    table.push([count, type, remedy, [...ids.slice(0, 3), ...(count > 3 ? ['…'] : [])].join('\n')]);
  print(table.toString());
  print(
    status.status === 'RUNNING'
      ? `Once a cause is removed: identity-center fleet retry ${status.name}. What the manifest says can be changed once the fleet has ended.`
      : 'Once a cause is removed, or the manifest corrected: identity-center fleet start <manifest>. What is done is not done again.',
  );
}

function lineOf(status: FleetStatus, { endedPerSecond, callsPerSecond, throttled }: Pace): string {
  const { accounts, failed, open, held, stage } = status;
  const ended = endedOf(status);
  const filled = accounts === 0 ? 0 : Math.floor((ended / accounts) * BAR);
  const left = endedPerSecond > 0 ? (accounts - ended) / endedPerSecond : 0;
  return [
    `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${ended} of ${accounts}`,
    ...(stage === 'running' ? [] : [pc.yellow(stage)]),
    `${open} open`,
    ...(held > 0 ? [pc.yellow(`${held} held`)] : []),
    ...(failed > 0 ? [pc.red(`${failed} failed`)] : []),
    ...(endedPerSecond > 0 ? [`${endedPerSecond.toFixed(1)}/s`] : []),
    ...(callsPerSecond > 0 ? [`${callsPerSecond.toFixed(1)} calls/s`] : []),
    ...(throttled > 0 ? [pc.yellow(`${percent(throttled)} throttled`)] : []),
    ...(left > 0 ? [`${duration(left)} left`] : []),
  ].join(', ');
}

function endedOf({ succeeded, failed, cancelled, skipped }: FleetStatus): number {
  return succeeded + failed + cancelled + skipped;
}

/** What a fleet had done at a time on a clock that never jumps. */
interface Moment extends CallCounts {
  at: number;
  ended: number;
}

/** How fast a fleet goes: accounts and calls per second, and the share of the calls that was throttled. */
interface Pace {
  endedPerSecond: number;
  callsPerSecond: number;
  throttled: number;
}

function paceOf(moments: readonly Moment[]): Pace {
  const [first, last] = [moments[0], moments.at(-1)];
  if (first === undefined || last === undefined || last.at === first.at)
    return { endedPerSecond: 0, callsPerSecond: 0, throttled: 0 };
  const seconds = (last.at - first.at) / 1000;
  const sent = last.sent - first.sent;
  return {
    // A retry takes failures back.
    endedPerSecond: Math.max(0, last.ended - first.ended) / seconds,
    callsPerSecond: sent / seconds,
    throttled: sent === 0 ? 0 : (last.throttled - first.throttled) / sent,
  };
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
