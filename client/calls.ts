import { Metadata, status } from '@grpc/grpc-js';
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

const { delayFunction, retryableDecider } = defaultGrpcRetryOptions();

const retryCalls = makeGrpcRetryInterceptor({
  delayFunction,
  // A message that is too large stays so; the SDK would send it for 40 s.
  retryableDecider: (attempt, status) =>
    !status.details.includes('larger than max') && retryableDecider(attempt, status),
});

type Interceptor = typeof retryCalls;
type NextCall = Parameters<Interceptor>[1];

/** Longer than the server lets anybody wait for news, and than tries again take. */
const CALL_TIMEOUT_MS = 70_000;

/**
 * Makes a call, and tries again what passes. A call that has no deadline of its own ends: a server that froze would be waited
 * for without end.
 */
export const callInTime: Interceptor = (options, nextCall) =>
  retryCalls(
    { ...options, deadline: options.deadline ?? Date.now() + CALL_TIMEOUT_MS },
    endWithConnection(nextCall),
  );

/**
 * Has a call fail that is to be tried again when its connection is closed: the SDK tries from a timer, and what is thrown there
 * ends the process.
 */
function endWithConnection(nextCall: NextCall): NextCall {
  let isFirst = true;
  return (options) => {
    if (isFirst) {
      isFirst = false;
      return nextCall(options);
    }
    try {
      return nextCall(options);
    } catch (error) {
      return failedCall(error instanceof Error ? error.message : String(error));
    }
  };
}

function failedCall(details: string): ReturnType<NextCall> {
  const nothing = () => undefined;
  return {
    start(_metadata, listener) {
      listener?.onReceiveStatus?.({ code: status.CANCELLED, details, metadata: new Metadata() });
    },
    cancelWithStatus: nothing,
    getPeer: () => '',
    sendMessageWithContext: nothing,
    sendMessage: nothing,
    startRead: nothing,
    halfClose: nothing,
    getAuthContext: () => null,
  };
}
