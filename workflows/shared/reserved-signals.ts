import type { ActivateInput, Next, WorkflowInternalsInterceptor } from '@temporalio/workflow';

const RESERVED_PREFIX = '__temporal_';

/**
 * Gives signals with a name that Temporal has reserved another name. The SDK throws at one that a handler for signals of any
 * name would get, and so fails every workflow task from then on: whoever may signal a run could stop it for good.
 */
const reservedSignals: WorkflowInternalsInterceptor = {
  activate(input: ActivateInput, next: Next<WorkflowInternalsInterceptor, 'activate'>) {
    for (const { signalWorkflow } of input.activation.jobs ?? [])
      if (signalWorkflow?.signalName?.startsWith(RESERVED_PREFIX) === true)
        signalWorkflow.signalName = `reserved ${signalWorkflow.signalName}`;
    next(input);
  },
};

/** The interceptors of the workflow bundle. */
export const interceptors = () => ({ internals: [reservedSignals] });
