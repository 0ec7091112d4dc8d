import {
  accessAws,
  homeRegion,
  Pacer,
  type AwsSettings,
  type CallListener,
  type Queueing,
  type StateMachineTasks,
} from '../../activities';
import { askFacts } from '../../contract';
import type { LookUp } from '../events';
import { LookUpError } from '../organizations';

/** A queue of SQS, as its consumer takes it. */
export interface OpenQueue {
  url: string;
  region: string;
  isFifo: boolean;
  sqs: Queueing;
  tasks: StateMachineTasks;
  /** Asks Organizations what rules ask for, as whoever lists the accounts for audits does: by `organizationRoleArn`, where it is set. */
  lookUp: LookUp;
}

/** Where a queue is, as its URL says. */
export interface QueuePlace {
  /** Absent where the URL is not AWS's own, as that of an emulator. */
  region?: string;
  accountId: string;
  name: string;
}

/** Reads the URL of a queue; `undefined`: it is none. */
export function readQueueUrl(text: string): QueuePlace | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, pathname, search, username } = new URL(text);
  const [, accountId, name] = /^\/(\d{12})\/([\w-]{1,80}(?:\.fifo)?)$/.exec(pathname) ?? [];
  if (accountId === undefined || name === undefined || search !== '' || username !== '') return undefined;
  if (!/^https?:$/.test(protocol)) return undefined;
  const [, region] = /(?:^|\.)sqs(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(hostname) ?? [];
  return region === undefined ? { accountId, name } : { region, accountId, name };
}

/**
 * Opens a queue, with the credentials, proxies and certificates that a worker has. Nothing is sent before the first call.
 *
 * @param signal ends the wait for messages; what was begun with one is brought to its end
 * @param onAnswer hears of each request to AWS
 */
export async function openQueue(
  aws: AwsSettings,
  url: string,
  signal: AbortSignal,
  onAnswer?: CallListener,
): Promise<OpenQueue> {
  const region = readQueueUrl(url)?.region ?? homeRegion(aws);
  const access = accessAws(aws, Date.now, new Pacer(undefined), onAnswer);
  const control = (cancellation: AbortSignal) => ({
    cancellation,
    timeToAnswer: () => Infinity,
    onAnswer: () => undefined,
  });
  const never = new AbortController().signal;
  const [polling, rest, tasks] = await Promise.all([
    access.openQueue(url, region, control(signal)),
    access.openQueue(url, region, control(never)),
    access.openTasks(region, control(never)),
  ]);
  const organization = access.openOrganization(control(never));
  const lookUp: LookUp = async (accountId, facts) => {
    try {
      return await askFacts(organization, accountId, facts);
    } catch (error) {
      organization.forgetCredentials();
      // The error of the call has what AWS said as its cause.
      throw new LookUpError(accountId, error instanceof Error ? (error.cause ?? error) : error);
    }
  };
  const forgetCredentials = () => {
    for (const it of [polling, rest, tasks]) it.forgetCredentials();
  };
  return {
    url,
    region,
    isFifo: url.endsWith('.fifo'),
    sqs: { ...rest, receive: (...how) => polling.receive(...how), forgetCredentials },
    tasks,
    lookUp,
  };
}
