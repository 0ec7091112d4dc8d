import { getExternalWorkflowHandle, isCancellation, workflowInfo } from '@temporalio/workflow';
import { HELD_SIGNAL, isFleetId, type HeldNews } from '../../contract';

/** The workflow ID of the page of a fleet that has started this run. */
export function fleetPage(): string | undefined {
  const { parent } = workflowInfo();
  return parent !== undefined && isFleetId(parent.workflowId) ? parent.workflowId : undefined;
}

/** The place of a run in the window of its fleet: one that waits for others than AWS gives it away meanwhile. */
export class FleetPlace {
  private given = false;

  constructor(private readonly accountId: string) {}

  get isGiven(): boolean {
    return this.given;
  }

  /** Gives the place to another account of the fleet. */
  async give(news: Pick<HeldNews, 'why' | 'failure' | 'heldUntil'>): Promise<void> {
    if (this.given) return;
    this.given = true;
    await tellPage({ accountId: this.accountId, held: true, ...news });
  }

  /** Takes a place again, as the run goes on. */
  async take(): Promise<void> {
    if (!this.given) return;
    this.given = false;
    await tellPage({ accountId: this.accountId, held: false });
  }
}

async function tellPage(news: HeldNews): Promise<void> {
  const page = fleetPage();
  if (page === undefined) return;
  try {
    // By its ID, which no other fleet gives away: a page goes on in other executions.
    await getExternalWorkflowHandle(page).signal<[HeldNews]>(HELD_SIGNAL, news);
  } catch (error) {
    if (isCancellation(error)) throw error;
    // The fleet has ended, and has no window any more.
  }
}
