import {
  defaultFailureConverter,
  defaultPayloadConverter,
  toPayloads,
  type PayloadCodec,
} from '@temporalio/common';
import { readRunArgument } from '../../../contract';

const WORKFLOW_ID = 'identity-center/111122223333';

/** A codec that wraps data in its name. */
function codec(name: string): PayloadCodec {
  const decoder = new TextDecoder();
  return {
    encode: async (payloads) =>
      payloads.map((it) => ({ ...it, data: Buffer.from(`${name}(${decoder.decode(it.data)})`) })),
    decode: async (payloads, context) =>
      payloads.map((it) => {
        expect(context).toEqual({ type: 'workflow', namespace: 'default', workflowId: WORKFLOW_ID });
        const inner = new RegExp(`^${name}\\((.*)\\)$`, 's').exec(decoder.decode(it.data))?.[1];
        if (inner === undefined) throw new Error(`${name} did not encode this`);
        return { ...it, data: Buffer.from(inner) };
      }),
  };
}

test('the argument of a run is decoded by the codecs of the client, the last first', async () => {
  const [first, second] = [codec('first'), codec('second')];
  const request = { accountId: '111122223333' };
  const payloads = await second.encode(await first.encode(toPayloads(defaultPayloadConverter, request)!));
  const client = {
    options: {
      namespace: 'default',
      loadedDataConverter: {
        payloadConverter: defaultPayloadConverter,
        failureConverter: defaultFailureConverter,
        payloadCodecs: [first, second],
      },
    },
    workflowService: {
      getWorkflowExecutionHistory: async () => ({
        history: { events: [{ workflowExecutionStartedEventAttributes: { input: { payloads } } }] },
      }),
    },
  };
  expect(await readRunArgument(client, { workflowId: WORKFLOW_ID })).toEqual(request);
});
