import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { emulatorSettings, type Emulator } from '../../sandbox';

export const REGION = 'eu-west-1';

/** Writes the rules file of the workers; answers with its path. */
export async function writeRules(folder: string): Promise<string> {
  const file = path.join(folder, 'rules.yaml');
  await writeFile(file, `managementAccountId: "999999999999"\ndefaults: { region: ${REGION} }\n`);
  return file;
}

/** Creates a queue that events come by, with its dead-letter queue. */
export async function createQueue(emulator: Emulator, name: string) {
  const { endpoint, credentials } = emulatorSettings(emulator.url);
  const sqs = new SQSClient({ region: REGION, endpoint, credentials });
  const create = async (QueueName: string, Attributes: Record<string, string> = {}) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    return QueueUrl;
  };
  const dead = await create(`${name}-dead`);
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
  );
  // Each kill of a worker costs what it had a receive, and so does each duplicate.
  const policy = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 50 };
  const url = await create(name, { RedrivePolicy: JSON.stringify(policy) });
  const countIn = (queueUrl: string) =>
    emulator.queues().find((it) => it.url === queueUrl)?.messages.length ?? 0;
  return {
    url,
    left: () => countIn(url),
    dead: () => countIn(dead),
    received: () => emulator.calls({ operation: 'ReceiveMessage' }).length,
    async send(bodies: readonly string[], everyMs = 0) {
      for (let at = 0; at < bodies.length; at += 10) {
        const Entries = bodies
          .slice(at, at + 10)
          .map((MessageBody, index) => ({ Id: String(index), MessageBody }));
        await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
        if (everyMs > 0) await sleep(everyMs);
      }
    },
  };
}

/** Control Tower's event of an account, as a rule of EventBridge hands it to a queue. */
export function eventOf(accountId: string): string {
  const status = {
    organizationalUnit: { organizationalUnitName: 'Workloads', organizationalUnitId: 'ou-ab12-34567890' },
    account: { accountName: `account ${accountId}`, accountId },
    state: 'SUCCEEDED',
    message: 'AWS Control Tower successfully created a managed account.',
    requestedTimestamp: '2026-03-01T07:45:18+0000',
    completedTimestamp: '2026-03-01T08:00:00+0000',
  };
  return JSON.stringify({
    version: '0',
    'detail-type': 'AWS Service Event via CloudTrail',
    source: 'aws.controltower',
    account: '999999999999',
    time: '2026-03-01T08:00:00Z',
    region: 'us-east-1',
    detail: {
      eventName: 'CreateManagedAccount',
      eventSource: 'controltower.amazonaws.com',
      serviceEventDetails: { createManagedAccountStatus: status },
    },
  });
}
