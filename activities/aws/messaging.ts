import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { defined } from '../../contract';
import type { Call } from './call';

/** What is published to a topic of SNS. */
export interface TopicMessage {
  message: string;
  /** What filter policies look at. */
  attributes: Readonly<Record<string, string>>;
  /** For a FIFO topic: messages of one group stay in order, and what has the same ID is sent on once. */
  fifo?: { group: string; deduplicationId: string };
}

/** What is put on a bus of EventBridge. */
export interface BusEvent {
  source: string;
  detailType: string;
  /** JSON. */
  detail: string;
  /** ISO 8601. */
  time: string;
}

/** What announcements take of AWS, with the credentials of one account, in one Region. Every method throws what a {@link Call} throws. */
export interface Messaging {
  publish(topicArn: string, message: TopicMessage): Promise<void>;
  putEvent(eventBusArn: string, event: BusEvent): Promise<void>;
  /** Sets a parameter, whatever it was. */
  putParameter(name: string, value: string): Promise<void>;
  /** Drops the credentials, so that the next call has new ones. */
  forgetCredentials(): void;
}

/** The clients whose calls announcements take. */
export const MESSAGING_CLIENTS = { sns: SNSClient, events: EventBridgeClient, ssm: SSMClient };

/** An entry that EventBridge has not taken, though it has answered well: as an error of AWS is read. */
class EntryRefusedError extends Error {
  readonly $fault = 'client';

  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}

/** The operations of SNS, EventBridge and SSM. */
export function messaging(
  sns: Call<SNSClient>,
  events: Call<EventBridgeClient>,
  ssm: Call<SSMClient>,
  forgetCredentials: () => void,
): Messaging {
  return {
    forgetCredentials,
    async publish(TopicArn, { message, attributes, fifo }) {
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([key, StringValue]) => [key, { DataType: 'String', StringValue }]),
      );
      const ordered = TopicArn.endsWith('.fifo') ? fifo : undefined;
      const parameters = defined({
        TopicArn,
        Message: message,
        MessageAttributes,
        MessageGroupId: ordered?.group,
        MessageDeduplicationId: ordered?.deduplicationId,
      });
      await sns('write', 'Publish', (client, options) =>
        client.send(new PublishCommand(parameters), options),
      );
    },
    async putEvent(EventBusName, { source, detailType, detail, time }) {
      const entry = {
        EventBusName,
        Source: source,
        DetailType: detailType,
        Detail: detail,
        Time: new Date(time),
      };
      await events('write', 'PutEvents', async (client, options) => {
        const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }), options);
        const [taken] = Entries;
        if (taken?.EventId === undefined)
          throw new EntryRefusedError(
            taken?.ErrorCode ?? 'Unknown',
            taken?.ErrorMessage ?? 'it says no more',
          );
      });
    },
    async putParameter(Name, Value) {
      const parameters = { Name, Value, Type: 'String' as const, Overwrite: true };
      await ssm('write', 'PutParameter', (client, options) =>
        client.send(new PutParameterCommand(parameters), options),
      );
    },
  };
}
