import {
  CancellationScope,
  proxyLocalActivities,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { SearchAttributePair } from '@temporalio/common';
import type { Activities } from '../../activities';
import { namesStartedWith, SEARCH_ATTRIBUTES } from '../../contract';

const { listSearchAttributes } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '3s',
  retry: { maximumAttempts: 1 },
});

/**
 * Keeps the search attributes of a run as the run is. An upsert is an event, and fails the workflow task where the namespace
 * lacks the attribute: so only what the run was started with is set, or what the worker has found in the namespace.
 */
export class SearchAttributes {
  private known = namesStartedWith(workflowInfo().typedSearchAttributes);
  private wanted: readonly SearchAttributePair[] = [];

  constructor() {
    // Whoever starts runs with search attributes gives them all that the namespace has, the stage first.
    if (!this.known.includes(SEARCH_ATTRIBUTES.stage.name)) void this.askNamespace();
  }

  /** Sets those that have changed. */
  set(wanted: readonly SearchAttributePair[]): void {
    this.wanted = wanted;
    const { typedSearchAttributes } = workflowInfo();
    const changed = wanted.filter(
      ({ key, value }) => this.known.includes(key.name) && typedSearchAttributes.get(key) !== value,
    );
    if (changed.length > 0) upsertSearchAttributes(changed);
  }

  private async askNamespace(): Promise<void> {
    try {
      // Also a run that is being cancelled is to be found.
      const listed = await CancellationScope.nonCancellable(() => listSearchAttributes());
      this.known = [...this.known, ...listed];
      this.set(this.wanted);
    } catch {
      // The run does without them.
    }
  }
}
