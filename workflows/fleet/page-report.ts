import { condition, getExternalWorkflowHandle, log, workflowInfo } from '@temporalio/workflow';
import {
  causeKey,
  PAGE_REPORT_SIGNAL,
  type NewFailure,
  type PageInput,
  type PageReport,
} from '../../contract';
import type { PageState } from './page-state';

/** Successes are reported together, so often; what changes the fleet's course is reported at once. */
const REPORT_EVERY = '5s';
/** Failures of one report. */
const MAX_TOLD = 50;

/** Reports to the fleet where a page stands, until the page is finished and everything is told. */
export async function reportToFleet({ fleetId, page: number }: PageInput, page: PageState): Promise<void> {
  const fleet = getExternalWorkflowHandle(fleetId);
  const pageId = workflowInfo().workflowId;
  let reported = '';
  const hasNews = () => page.newFailures.length > 0 || JSON.stringify(page.counts()) !== reported;
  // A failure may stop the fleet, and a place that this page has no use for is another's.
  const isUrgent = () => page.newFailures.length > 0 || (page.haveAllBegun && hasNews());
  const isDue = () => page.isFinished || isUrgent();
  for (;;) {
    // Nothing changes while nothing is open, so no timer is needed to look.
    if (page.isAnyOpen) await condition(isDue, REPORT_EVERY);
    else await condition(() => isDue() || page.isAnyOpen);
    if (!hasNews()) {
      if (page.isFinished) return;
      continue;
    }
    const counts = page.counts();
    reported = JSON.stringify(counts);
    const newFailures = withoutRepeats(page.newFailures.splice(0, MAX_TOLD));
    const untold = page.newFailures.length;
    try {
      const report: PageReport = { page: number, pageId, ...counts, newFailures, untold };
      await fleet.signal<[PageReport]>(PAGE_REPORT_SIGNAL, report);
    } catch (error) {
      log.warn('the fleet is gone: what is open is ended, nothing new is begun', { error });
      await page.windUp();
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
