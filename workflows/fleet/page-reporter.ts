import { condition, getExternalWorkflowHandle, log, workflowInfo } from '@temporalio/workflow';
import {
  causeKey,
  PAGE_REPORT_SIGNAL,
  type NewFailure,
  type PageInput,
  type PageReport,
} from '../../contract';
import type { PageState } from './page-state';
import { signalPatiently } from './patient-signal';

/** Successes are reported together, so often; what changes the fleet's course is reported at once. */
const REPORT_EVERY = '5s';
/** A page with no news reports all the same, later and later, so that it learns of the end of its fleet. */
const SILENCE_MS = { first: 3_600_000, longest: 86_400_000 };
/** Failures of one report. */
const MAX_TOLD = 50;

/** Reports to a fleet where a page of it stands. */
export class PageReporter {
  /** A report is on its way. */
  isUnderWay = false;
  private readonly pageId = workflowInfo().workflowId;
  private reported: string;

  constructor(
    private readonly input: PageInput,
    private readonly page: PageState,
  ) {
    // That no account has begun is no news. What an earlier execution has reported is not known.
    this.reported = workflowInfo().continuedFromExecutionRunId === undefined ? this.standing : '';
  }

  /** Reports until the page is finished and everything is told. */
  async report(): Promise<void> {
    const { page } = this;
    let silenceMs = SILENCE_MS.first;
    for (;;) {
      const isWoken = await condition(() => page.isFinished || this.hasNews, silenceMs);
      if (isWoken) await condition(() => page.isFinished || this.isUrgent, REPORT_EVERY);
      if (!isWoken || this.hasNews) {
        if (!(await this.send())) return;
      } else if (page.isFinished) return;
      silenceMs = isWoken ? SILENCE_MS.first : Math.min(2 * silenceMs, SILENCE_MS.longest);
    }
  }

  private get standing(): string {
    return JSON.stringify(this.page.counts());
  }

  private get hasNews(): boolean {
    return this.page.newFailures.length > 0 || this.standing !== this.reported;
  }

  /** A failure may stop the fleet, and a place that this page has no use for is another's. */
  private get isUrgent(): boolean {
    return this.page.newFailures.length > 0 || (this.page.haveAllBegun && this.hasNews);
  }

  /** Sends a report; where there is no fleet any more, the page ends, and it answers false. */
  private async send(): Promise<boolean> {
    const { input, page, pageId } = this;
    const counts = page.counts();
    this.reported = this.standing;
    const newFailures = withoutRepeats(page.newFailures.splice(0, MAX_TOLD));
    const untold = page.newFailures.length;
    const report: PageReport = { page: input.page, pageId, ...counts, newFailures, untold };
    this.isUnderWay = true;
    try {
      await signalPatiently(getExternalWorkflowHandle(input.fleetId), PAGE_REPORT_SIGNAL, report);
      return true;
    } catch (error) {
      log.warn('the fleet is gone: what is open is ended, nothing new is begun', { error });
      await page.windUp();
      return false;
    } finally {
      this.isUnderWay = false;
    }
  }
}

/** Leaves out what happened where a failure before has the same cause: the count is enough. */
function withoutRepeats(failures: readonly NewFailure[]): NewFailure[] {
  const seen = new Set<string>();
  return failures.map(({ accountId, failure }) => {
    const cause = causeKey(failure);
    const whatHappened = seen.has(cause) ? '' : failure.whatHappened;
    seen.add(cause);
    return { accountId, failure: { ...failure, whatHappened } };
  });
}
