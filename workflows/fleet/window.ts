import { sumOverPages, type FleetState, type LivePage } from './state';

/**
 * So many accounts that are not ready give their place away: where a whole organization does not let the worker in, not all
 * of it is to be begun before the first of them has waited in vain.
 */
const MOST_NOT_READY = 1_000;

/**
 * Shares the window of a fleet out over its pages: each in its order gets what it has use for, of what the pages before it
 * leave and the open runs of later ones do not take. So a page waits for a later one, as after a retry.
 */
export function shareWindow(state: FleetState): { page: LivePage; window: number }[] {
  const { pages, maxConcurrent } = state;
  let free = maxConcurrent - Math.max(0, sumOverPages(state, 'notReady') - MOST_NOT_READY);
  let later = pages.reduce((sum, page) => sum + countBusy(page), 0);
  return pages.map((page) => {
    later -= countBusy(page);
    const window = windowWithin(free - later, page);
    free -= window;
    return { page, window };
  });
}

function windowWithin(free: number, page: LivePage): number {
  const busy = countBusy(page);
  return page.waiting === 0 ? busy : Math.max(0, Math.min(free, busy + page.waiting));
}

/** Lets the failed accounts of a page wait anew, before the page says so: meanwhile the fleet must not seem done. */
export function reopenFailed(page: LivePage): void {
  page.waiting += page.failed;
  page.failed = 0;
  // No more than is under way: the window is shared out anew.
  page.window = countBusy(page);
}

/** Counts the accounts of a page that take a place in the window. */
function countBusy({ open, held, notReady }: LivePage): number {
  return open - held - notReady;
}
