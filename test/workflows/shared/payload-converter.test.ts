import { temporal } from '@temporalio/proto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { freshAccount, requestFor, startHarness, until, type Harness } from '../../support/harness';

const { EVENT_TYPE_WORKFLOW_TASK_FAILED, EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED } =
  temporal.api.enums.v1.EventType;

/** Locks the result of the activity that creates away, as the key of another worker would, until it is given the key. */
class LockedResult implements PayloadCodec {
  hasKey = false;

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) =>
      Buffer.from(payload.data ?? []).includes('"identityStoreId"')
        ? { ...payload, metadata: { ...payload.metadata, encoding: Buffer.from('binary/locked') } }
        : payload,
    );
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) =>
      this.hasKey && Buffer.from(payload.metadata?.['encoding'] ?? []).equals(Buffer.from('binary/locked'))
        ? { ...payload, metadata: { ...payload.metadata, encoding: Buffer.from('json/plain') } }
        : payload,
    );
  }
}

const locked = new LockedResult();
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness({ extensions: { dataConverter: { payloadCodecs: [locked] }, plugins: [] } });
});
afterAll(() => harness.stop());

test('a run waits with the result of an activity that cannot be decoded, and never ends on half of it', async () => {
  const account = freshAccount();
  await harness.client.start(requestFor(account));
  const types = async () => (await harness.eventsOf(account)).map(({ eventType }) => eventType);
  const seen = await until(types, (them) => them.includes(EVENT_TYPE_WORKFLOW_TASK_FAILED));
  expect(seen).not.toContain(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED);

  locked.hasKey = true;
  await until(types, (them) => them.includes(EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED));
  const completed = (await harness.eventsOf(account)).at(-1)?.workflowExecutionCompletedEventAttributes;
  const result = Buffer.from(completed?.result?.payloads?.[0]?.data ?? []).toString();
  expect(result).toMatch(/"identityStoreId":"d-/);
});
