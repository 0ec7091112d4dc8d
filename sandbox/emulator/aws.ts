import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from './aws-error';
import type { CallLog, RecordedCall } from './call-log';
import type { FaultPlan, Faults } from './faults';
import { isOperation, readInput, type Operation } from './model';
import { jsonProtocol, queryProtocol, type HttpAnswer } from './protocols';
import { createSsoAdmin, type Caller } from './sso-admin';
import type { Store } from './store';
import { accountOf, createSts, isStsOperation, type StsOperation } from './sts';

/** An HTTP request to AWS. */
export interface AwsRequest {
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** What becomes of the request: an answer, whole or cut in half, or none. */
export type Delivery = { answer: HttpAnswer; half?: boolean } | 'drop' | 'hang';

const TARGET = /^SWBExternalService\.(\w+)$/;
const CREDENTIAL = /Credential=([^/,\s]+)\/\d+\/([a-z0-9-]+)\/[a-z0-9-]+\/aws4_request/;

/** Answers requests as AWS does, and as the faults say. */
export function createAws(store: Store, faults: FaultPlan, log: CallLog) {
  const ssoAdmin = createSsoAdmin(store, faults);
  const sts = createSts(store, faults);

  return async function handle(request: AwsRequest): Promise<Delivery> {
    const requestId = randomUUID();
    const called = TARGET.exec(header(request, 'x-amz-target') ?? '')?.[1];
    // STS speaks the query protocol only: its operations are unknown as targets.
    const target = called !== undefined && isStsOperation(called) ? `SWBExternalService.${called}` : called;
    const parameters = new URLSearchParams(request.body);
    const operation = target ?? parameters.get('Action') ?? '';
    const protocol = target === undefined && parameters.has('Action') ? queryProtocol : jsonProtocol;
    const caller = readCaller(request);
    if (caller === undefined) {
      return {
        answer: protocol.error(
          requestId,
          new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token'),
        ),
      };
    }
    const account = isStsOperation(operation)
      ? accountOf(operation, parameters, caller.account)
      : caller.account;
    const call: RecordedCall = {
      time: new Date().toISOString(),
      account,
      operation,
      region: caller.region,
      caller: caller.arn,
      ...sdkAttemptOf(request),
      ...describeCall(operation, request.body),
      outcome: 'ok',
    };
    log.add(call);
    await sleep(faults.get(account, 'latencyMs') ?? 0);

    const perform = (): HttpAnswer => {
      if (isStsOperation(operation)) {
        return queryProtocol.answer(
          requestId,
          operation,
          sts(operation satisfies StsOperation, parameters, caller),
        );
      }
      return jsonProtocol.answer(requestId, ssoAdmin(operation as Operation, readJson(request.body), caller));
    };
    try {
      if (!isStsOperation(operation) && !isOperation(operation)) {
        throw new AwsError('UnknownOperationException', `There is no operation ${operation}.`);
      }
      if (caller.expired)
        throw new AwsError(
          isStsOperation(operation) ? 'ExpiredToken' : 'ExpiredTokenException',
          'The security token included in the request is expired',
        );
      const failure = faults.takeFailure(account, operation);
      if (failure !== undefined) {
        call.outcome = failure.error;
        return deliverFailure(failure, perform, (error) => protocol.error(requestId, error));
      }
      if (isOperation(operation) && faults.isThrottled(account))
        throw new AwsError('ThrottlingException', 'Rate exceeded');
      if (Math.random() < (faults.get(account, 'errorRate') ?? 0)) {
        throw new AwsError('InternalServerException', 'An internal error occurred.');
      }
      const delayMs = faults.takeDelay(account, operation);
      if (delayMs !== undefined) {
        call.outcome = 'late';
        void performLater(perform, delayMs);
        return 'hang';
      }
      const answer = perform();
      const loss = faults.takeLoss(account, operation);
      if (loss === undefined) return { answer };
      call.outcome = loss;
      return loss === 'lost' ? 'drop' : 'hang';
    } catch (error) {
      const awsError = error instanceof AwsError ? error : new AwsError('InternalFailure', String(error));
      call.outcome = awsError.code;
      return { answer: protocol.error(requestId, awsError) };
    }
  };

  function readCaller(request: AwsRequest): (Caller & { expired: boolean }) | undefined {
    const [, accessKeyId, region] = CREDENTIAL.exec(header(request, 'authorization') ?? '') ?? [];
    if (accessKeyId === undefined || region === undefined) return undefined;
    const { account, arn, expiresAt } = store.caller(accessKeyId);
    return { account, arn, region, expired: Date.now() >= expiresAt };
  }
}

/** Nobody waits for the answer any more, whatever it is. */
async function performLater(perform: () => HttpAnswer, delayMs: number): Promise<void> {
  await sleep(delayMs, undefined, { ref: false });
  try {
    perform();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}

function deliverFailure(
  failure: NonNullable<Faults['failNext']>[number],
  perform: () => HttpAnswer,
  asError: (error: AwsError) => HttpAnswer,
): Delivery {
  switch (failure.error) {
    case 'reset':
      return 'drop';
    case 'hang':
      return 'hang';
    case 'html503':
      return {
        answer: {
          status: 503,
          headers: { 'content-type': 'text/html' },
          body: '<html><body>Service Unavailable</body></html>',
        },
      };
    case 'empty500':
      return { answer: { status: 500, headers: {}, body: '' } };
    case 'garbage':
      return {
        answer: {
          status: 200,
          headers: { 'content-type': 'application/x-amz-json-1.1' },
          body: '{"InstanceArn": "arn:aws',
        },
      };
    case 'halfResponse':
      return { answer: perform(), half: true };
    default: {
      const { error, status, retryAfterSeconds } = failure;
      const message = failure.message ?? (error === 'ThrottlingException' ? 'Rate exceeded' : error);
      return { answer: asError(new AwsError(error, message, status, retryAfterSeconds)) };
    }
  }
}

function sdkAttemptOf(request: AwsRequest): Pick<RecordedCall, 'sdkAttempt'> {
  const attempt = /\battempt=(\d+)/.exec(header(request, 'amz-sdk-request') ?? '')?.[1];
  return attempt === undefined ? {} : { sdkAttempt: Number(attempt) };
}

/** What an oracle compares: the instance, or the token and the parameters of a CreateInstance, where the call is valid. */
function describeCall(
  operation: string,
  body: string,
): Pick<RecordedCall, 'token' | 'parameters' | 'instanceArn'> {
  try {
    if (operation === 'DescribeInstance' || operation === 'DeleteInstance')
      return { instanceArn: readInput(operation, JSON.parse(body)).InstanceArn };
    if (operation !== 'CreateInstance') return {};
    const { ClientToken, Name, Tags } = readInput('CreateInstance', JSON.parse(body));
    const tags = Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    return {
      ...(ClientToken !== undefined && { token: ClientToken }),
      parameters: { ...(Name !== undefined && { name: Name }), tags },
    };
  } catch {
    return {};
  }
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new AwsError('SerializationException', 'The body is not JSON.');
  }
}

function header({ headers }: AwsRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
