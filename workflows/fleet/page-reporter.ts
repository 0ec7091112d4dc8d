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
/** Failures of one report. */
const MAX_TOLD = 50;

/** Reports to a fleet where a page of it stands. */
export class PageReporter {
  /** A report is on its way. */
  isUnderWay = false;
  private readonly pageId = workflowInfo().workflowId;
  private reported = '';

  constructor(
    private readonly input: PageInput,
    private readonly page: PageState,
  ) {}

  /** Reports until the page is finished and everything is told. */
  async report(): Promise<void> {
    const { page } = this;
    const isDue = () => page.isFinished || this.isUrgent;
    for (;;) {
      // Nothing changes while nothing is open, so no timer is needed to look.
      if (page.countOpen > 0) await condition(isDue, REPORT_EVERY);
      else await condition(() => isDue() || page.countOpen > 0);
      if (this.hasNews) await this.send();
      else if (page.isFinished) return;
    }
  }

  private get hasNews(): boolean {
    return this.page.newFailures.length > 0 || JSON.stringify(this.page.counts()) !== this.reported;
  }

  /** A failure may stop the fleet, and a place that this page has no use for is another's. */
  private get isUrgent(): boolean {
    return this.page.newFailures.length > 0 || (this.page.haveAllBegun && this.hasNews);
  }

  private async send(): Promise<void> {
    const { input, page, pageId } = this;
    const counts = page.counts();
    this.reported = JSON.stringify(counts);
    const newFailures = withoutRepeats(page.newFailures.splice(0, MAX_TOLD));
    const untold = page.newFailures.length;
    const report: PageReport = { page: input.page, pageId, ...counts, newFailures, untold };
    this.isUnderWay = true;
    try {
      await signalPatiently(getExternalWorkflowHandle(input.fleetId), PAGE_REPORT_SIGNAL, report);
    } catch (error) {
      log.warn('the fleet is gone: what is open is ended, nothing new is begun', { error });
      await page.windUp();
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
