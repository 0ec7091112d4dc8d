import { NoRunError, SteeringRefusedError } from '../../client';
import { PROGRESS_QUERY, type Progress, type Steer } from '../../contract';
import { handleOf, until, type Harness } from './harness';
import type { AccountFaults, ProvisioningHarness } from './provisioning';

export const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1_000));

export const signal = (harness: Harness, account: string, name: Steer, ...args: unknown[]) =>
  handleOf(harness, account).signal(name, ...args);

/** Where a run stands, as soon as a worker says it: on a busy machine that may take longer than a query waits. */
export const progressOf = (harness: Harness, account: string) =>
  until(
    () => handleOf(harness, account).query<Progress>(PROGRESS_QUERY),
    () => true,
  );

/** What the UI shows of a workflow under "User Metadata". */
export const detailsOf = async ({ temporal }: Pick<Harness, 'temporal'>, workflowId: string) => {
  const metadata = await temporal.workflow
    .getHandle(workflowId)
    .query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
};

export const notesOf = async (harness: Harness, account: string) =>
  ((await progressOf(harness, account)).notes ?? []).map(({ text }) => text);

/** Throttled for a minute, the longest that a run takes AWS’s word for, unless somebody cuts the back-off short. */
export const throttledOnce = (operation: string): AccountFaults => ({
  failNext: [
    { operation, error: 'ThrottlingException', retryAfterSeconds: 600, times: timesUntilBackOff(operation) },
  ],
});

/**
 * Keeps a run from its end, however late what has to come before that is: nobody can tell what has become of its instance
 * until the faults of the account are cleared. No throttling, which would slow the calls for other accounts as well.
 */
export const UNSEEN = {
  operation: 'DescribeInstance',
  error: 'InternalServerException',
  retryAfterSeconds: 1,
  times: 10_000,
};

/** The activity that creates looks as well, and leaves it to the one that waits to back off. */
export const timesUntilBackOff = (operation: string) => (operation === 'DescribeInstance' ? 2 : 1);

/**
 * Cuts a wait of a run short: asks for a retry until the run takes it, as it takes none right after a call. A run that has
 * ended meanwhile waits for nothing.
 */
export async function hurry({ client }: Pick<Harness, 'client'>, account: string): Promise<unknown> {
  return until(
    () =>
      client.retry(account).catch((error: unknown) => {
        if (error instanceof NoRunError) return undefined;
        if (error instanceof SteeringRefusedError) return error.message;
        throw error;
      }),
    (answer) => typeof answer !== 'string',
  );
}

/** Lets a run go on that AWS has throttled, as {@link throttledOnce} has it, once it has come that far. */
export async function letGoOn(
  harness: ProvisioningHarness,
  account: string,
  operation = 'DescribeInstance',
): Promise<void> {
  await harness.called(account, operation);
  await hurry(harness, account);
}

/** A run that stays open, however slow the machine is, until `end` lets it go on to its own end. */
export async function startWaiting(harness: ProvisioningHarness, account: string) {
  const { run, result } = await harness.start(account, throttledOnce('DescribeInstance'), {
    timing: { activeTimeout: '1h' },
  });
  await harness.called(account, 'DescribeInstance');
  const end = async () => {
    await hurry(harness, account);
    return result;
  };
  return { run, end };
}
