import { FLEET_STAGES, type FleetProgress, type FleetStop } from './progress';

/** Tells whether a fleet waits for nothing but persons: every account that has not ended is held. */
export function areOnlyHeldLeft({ stage, pages, waiting, open, held }: FleetProgress): boolean {
  return (
    stage !== 'cancelling' && pages.arrived === pages.expected && waiting === 0 && open > 0 && held === open
  );
}

/** Says what a fleet does, and what it really waits for. */
export function describeFleetStage(fleet: FleetProgress): string {
  const { stage, pages, waiting, open, skipped, stopped } = fleet;
  const missing = pages.expected - pages.arrived;
  switch (stage) {
    case 'running':
      if (waiting > 0) return `starts accounts (${waiting} waiting, ${open} open)`;
      return open === 0 && missing > 0
        ? `waits for ${missing} of ${pages.expected} pages of its manifest`
        : waitsForOpen(fleet);
    case 'paused':
      return `starts no account, and lets no open run write to AWS, until resume (${waiting} waiting, ${open} open)`;
    case 'stopping':
      return `${describeStop(stopped)}, and starts no account any more; ${waitsForOpen(fleet)}`;
    case 'cancelling':
      return `is being cancelled; ${waitsForOpen(fleet)}`;
    case 'cancelled':
      return FLEET_STAGES.cancelled;
    case 'done':
      return stopped === undefined
        ? FLEET_STAGES.done
        : `${describeStop(stopped)}: ${skipped} skipped, every other account has ended`;
  }
}

function describeStop(stop: FleetStop | undefined): string {
  return stop === undefined
    ? 'has stopped'
    : `has stopped at ${stop.failed} failed, as stopAfterFailures is ${stop.stopAfterFailures}`;
}

function waitsForOpen({ open, held, notReady }: FleetProgress): string {
  const kinds: [count: number, kind: string][] = [
    [open - held - notReady, 'open'],
    [held, 'held'],
    [notReady, 'not ready'],
  ];
  const [first, ...others] = kinds.filter(([count]) => count > 0);
  if (first === undefined) return 'waits for the last reports of its pages';
  const [count, kind] = first;
  const more = others.map(([count, kind]) => `, ${count} ${kind}`);
  const noun =
    kind === 'not ready' ? `account${count === 1 ? ' that is' : 's that are'} not ready` : undefined;
  return `waits for ${count} ${noun ?? `${kind} account${count === 1 ? '' : 's'}`}${more.join('')}`;
}
