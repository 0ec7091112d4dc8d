import type { ActivateInput, Next, WorkflowInternalsInterceptor } from '@temporalio/workflow';

// Each workflow has its own modules, so this is of one run.
let identity: string | undefined;

/** Keeps who has started the workflow, which its first activation says and the SDK does not hand on. */
const rememberStarter: WorkflowInternalsInterceptor = {
  activate(input: ActivateInput, next: Next<WorkflowInternalsInterceptor, 'activate'>) {
    for (const { initializeWorkflow } of input.activation.jobs ?? [])
      if (initializeWorkflow) identity = initializeWorkflow.identity || undefined;
    next(input);
  },
};

/** The identity of the client that started the workflow, if it said one. */
export function starter(): string | undefined {
  return identity;
}

/** An interceptor of the workflow bundle. */
export const interceptors = () => ({ internals: [rememberStarter] });
