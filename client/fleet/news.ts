import { setTimeout as sleep } from 'node:timers/promises';
import { isOpenStatus, type AccountOutcome, type UnfinishedAccount } from '../../contract';
import type { Fleets } from './fleets';
import type { FleetStatus } from './status';

/** An account of a fleet that has failed, or whose run is held. */
export type FleetEvent = ({ event: 'failed' } & AccountOutcome) | ({ event: 'held' } & UnfinishedAccount);

/** To look at all pages of a large fleet takes seconds: so many times as long passes before the next look. */
const REST = 4;
const LONGEST_REST_MS = 30_000;

/** Finds out which accounts of a fleet have failed or are held that had not been told of. */
export class FleetNews {
  private readonly told = new Map<string, string>();
  private counts = '';

  constructor(
    private readonly fleets: Pick<Fleets, 'outcomes' | 'unfinished'>,
    private readonly name: string,
  ) {}

  /** Looks at the pages where the counts have changed; an account that fails or is held again is told again. */
  async *since(status: FleetStatus): AsyncGenerator<FleetEvent, void, void> {
    const { failed, held, succeeded, open, waiting } = status;
    const counts = [failed, held, succeeded, open, waiting].join(' ');
    if (counts === this.counts || failed + held + this.told.size === 0) return;
    this.counts = counts;
    const began = performance.now();
    for await (const outcome of this.fleets.outcomes(this.name))
      if (outcome.end === 'failed' && this.isNew(outcome.accountId, outcome.endedAt))
        yield { event: 'failed', ...outcome };
    if (!isOpenStatus(status.status)) return;
    for await (const account of this.fleets.unfinished(this.name))
      if (account.end === 'held' && this.isNew(account.accountId, account.heldUntil ?? ''))
        yield { event: 'held', ...account };
    await sleep(Math.min(LONGEST_REST_MS, REST * (performance.now() - began)));
  }

  private isNew(accountId: string, when: string): boolean {
    const isNew = this.told.get(accountId) !== when;
    this.told.set(accountId, when);
    return isNew;
  }
}
