import { Runtime, type Worker } from '@temporalio/worker';
import { noopMetricMeter, type MetricCounter, type MetricGauge } from '@temporalio/common';
import type { CallListener, Pacer } from '../activities';
import { IS_OPEN, METRICS, type Metric } from '../contract';
import { whileRunning } from './while-running';

const PACE_EVERY_MS = 1_000;
const HELD_EVERY_MS = 60_000;
const ANSWER_MS = 5_000;

/** The buckets of our histograms, as the SDK's exporter wants them. */
export const HISTOGRAM_BUCKETS: Record<string, number[]> = Object.fromEntries(
  Object.values<Metric>(METRICS).flatMap(({ name, buckets }) =>
    buckets === undefined ? [] : [[name, [...buckets]]],
  ),
);

/** What is noted of the messages of a queue. */
export interface QueueNumbers {
  isReadable: boolean;
  served: number;
  failed: number;
  givenBack: number;
  oldestSeconds: number;
}

/** Notes what a worker does as metrics, where the process exports any: {@link METRICS} says which. */
export class WorkerMetrics {
  private readonly labels: { namespace: string; task_queue: string };
  private readonly meter = Runtime.instance().metricMeter;

  constructor({ namespace, taskQueue }: { namespace: string; taskQueue: string }) {
    // As the SDK names them in its own.
    this.labels = { namespace, task_queue: taskQueue };
  }

  /** Makes what notes the answers of AWS. */
  calls(): CallListener {
    const calls = this.counter(METRICS.calls);
    const { name, unit, help } = METRICS.callSeconds;
    const seconds = this.meter.createHistogram(name, 'float', unit, help);
    return ({ operation, answer, milliseconds }) => {
      calls.add(1, { ...this.labels, operation, answer });
      seconds.record(milliseconds / 1_000, { ...this.labels, operation });
    };
  }

  /** Makes what notes the messages of a queue. */
  queue(): (news: QueueNumbers) => void {
    const messages = this.counter(METRICS.queueMessages);
    const [readable, oldest] = [this.gauge(METRICS.queueReadable), this.gauge(METRICS.queueOldest)];
    return ({ isReadable, oldestSeconds, ...counts }) => {
      readable.set(isReadable ? 1 : 0, this.labels);
      oldest.set(oldestSeconds, this.labels);
      for (const result of ['served', 'failed', 'givenBack'] as const)
        if (counts[result] > 0) messages.add(counts[result], { ...this.labels, result });
    };
  }

  /** Shows until the worker has ended, once a second, at what pace it calls AWS. */
  followPace(worker: Worker, pacer: Pacer): void {
    if (!this.isExported) return;
    const [rate, limit, waiting] = [METRICS.rate, METRICS.limit, METRICS.waiting].map((metric) =>
      this.gauge(metric),
    );
    const sentAway = this.counter(METRICS.sentAway);
    let told = 0;
    const show = () => {
      rate?.set(pacer.rate, this.labels);
      limit?.set(pacer.ceiling, this.labels);
      waiting?.set(pacer.waiting, this.labels);
      sentAway.add(pacer.sentAway - told, this.labels);
      told = pacer.sentAway;
    };
    show();
    whileRunning(worker, PACE_EVERY_MS, show);
  }

  /** Shows until the worker has ended, once a minute, how many accounts are held. */
  followHolds(worker: Worker): void {
    if (!this.isExported) return;
    const held = this.gauge(METRICS.held);
    const { namespace, task_queue: taskQueue } = this.labels;
    const look = async () => {
      const { connection } = worker;
      try {
        const answer = await connection?.withDeadline(Date.now() + ANSWER_MS, () =>
          connection.workflowService.countWorkflowExecutions({
            namespace,
            query: `IdentityCenterStage = 'held' AND ${IS_OPEN} AND TaskQueue = '${taskQueue.replaceAll("'", "''")}'`,
          }),
        );
        if (answer !== undefined) held.set(Number(answer.count), this.labels);
      } catch {
        // A server that is away, or a namespace without our search attributes: there is none to show.
      }
    };
    void look();
    whileRunning(worker, HELD_EVERY_MS, () => void look());
  }

  private get isExported(): boolean {
    return this.meter !== noopMetricMeter;
  }

  private counter({ name, help }: Metric): MetricCounter {
    return this.meter.createCounter(name, undefined, help);
  }

  private gauge({ name, help }: Metric): MetricGauge {
    return this.meter.createGauge(name, 'float', undefined, help);
  }
}
