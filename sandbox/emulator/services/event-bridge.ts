import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { jsonProtocol } from '../protocols';
import { operation, type Service } from '../service';
import { optional, text } from '../validation';

// The limits of the eventbridge service model, 2015-10-07.
const putEventsInput = z.strictObject({
  Entries: z
    .array(
      z.strictObject({
        Time: optional(z.number()),
        Source: z.string(),
        DetailType: z.string(),
        Detail: z.string(),
        EventBusName: optional(
          text(1, 1600, /^(arn:aws[\w-]*:events:[a-z]+-[\w-]+:\d{12}:event-bus\/)?[/.\-_A-Za-z0-9]+$/),
        ),
      }),
    )
    .min(1)
    .max(10),
});

/** EventBridge: every bus exists, without rules; what is put on one is in the call log. An entry is refused by itself, in an answer that is well. */
export function createEventBridge(): Service {
  return {
    protocol: jsonProtocol('AWSEvents'),
    prefix: 'events',
    throttled: false,
    operations: {
      PutEvents: operation({
        schema: putEventsInput,
        details: ({ Entries: [first] }) => ({
          target: first?.EventBusName ?? 'default',
          sent: first?.Detail ?? '',
        }),
        perform({ Entries }) {
          const answers = Entries.map(({ Detail }) =>
            isObject(Detail)
              ? { EventId: randomUUID() }
              : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
          );
          return {
            FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length,
            Entries: answers,
          };
        },
      }),
    },
  };
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
