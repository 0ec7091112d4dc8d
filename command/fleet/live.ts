import type { FleetStatus } from '../../client';
import { causeKey, type CallCounts } from '../../contract';
import { LiveLine, lastStatus } from '../live';
import { duration, percent } from '../words';
import { pc } from '../output';

const BAR = 30;
/** How long the rate looks back: what went before says little about what comes. */
const RATE_OVER_MS = 30_000;
const LINE_EVERY_MS = 10_000;

/** Shows a fleet as it goes: in a terminal a line that changes, else a line every 10 s; failures as they come. */
export async function showLive(statuses: AsyncIterable<FleetStatus>): Promise<FleetStatus> {
  const live = new LiveLine();
  const moments: Moment[] = [];
  let told = new Map<string, number>();
  let lastLine = -Infinity;
  try {
    return await lastStatus(statuses, (status) => {
      const now = performance.now();
      const { sent, throttled } = status.calls;
      moments.push({ at: now, ended: countEnded(status), sent, throttled });
      while (now - (moments[0]?.at ?? now) > RATE_OVER_MS) moments.shift();
      told = tellCauses(live, status, told);
      const line = describe(status, paceOver(moments));
      live.draw(line);
      if (live.isSeen || now - lastLine < LINE_EVERY_MS) return;
      live.print(line);
      lastLine = now;
    });
  } finally {
    live.stop();
  }
}

/**
 * Prints the causes with more failures than before. Returns how many each has: those of this status alone, as after a retry
 * causes count from one again.
 */
function tellCauses(
  live: LiveLine,
  { causes }: FleetStatus,
  before: ReadonlyMap<string, number>,
): Map<string, number> {
  const told = new Map<string, number>();
  for (const cause of causes) {
    const { type, count, example } = cause;
    const key = causeKey(cause);
    told.set(key, count);
    const known = before.get(key) ?? 0;
    if (count <= known) continue;
    const total = count > 1 ? ` (${count})` : '';
    live.print(`${pc.red(type)}${total}  ${known === 0 ? example : `${count - known} more`}`);
  }
  return told;
}

/** Describes in a line how far a fleet is and how fast it goes. */
function describe(status: FleetStatus, { endedPerSecond, callsPerSecond, throttled }: Pace): string {
  const { accounts, failed, open, held, notReady, stage } = status;
  const ended = countEnded(status);
  const filled = accounts === 0 ? 0 : Math.floor((ended / accounts) * BAR);
  const left = endedPerSecond > 0 ? (accounts - ended) / endedPerSecond : 0;
  return [
    `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${ended} of ${accounts}`,
    stage !== 'running' && pc.yellow(stage),
    `${open} open`,
    held > 0 && pc.yellow(`${held} held`),
    notReady > 0 && pc.yellow(`${notReady} not ready`),
    failed > 0 && pc.red(`${failed} failed`),
    endedPerSecond > 0 && `${endedPerSecond.toFixed(1)}/s`,
    callsPerSecond > 0 && `${callsPerSecond.toFixed(1)} calls/s`,
    throttled > 0 && pc.yellow(`${percent(throttled)} throttled`),
    left > 0 && `${duration(Math.ceil(left) * 1000)} left`,
  ]
    .filter((part) => part !== false)
    .join(', ');
}

function countEnded({ succeeded, failed, cancelled, skipped }: FleetStatus): number {
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

function paceOver(moments: readonly Moment[]): Pace {
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
