import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { bundleOptions } from '../../contract';

interface Traces {
  interceptors: WorkflowInterceptorsFactory;
}

/** An interceptor of the workflow bundle: OpenTelemetry's where the worker sends traces. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  if (bundleOptions().isTraced !== true) return {};
  // Evaluated for each run, it would cost those that nobody traces.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const traces = require('@temporalio/interceptors-opentelemetry-v2/lib/workflow-interceptors') as Traces;
  return traces.interceptors();
};
