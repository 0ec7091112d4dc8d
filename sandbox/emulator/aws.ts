import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defined } from '../../contract';
import type { CallLog, RecordedCall } from './call-log';
import { MANAGEMENT_ACCOUNT_ID, type KnownCaller } from './access-keys';
import { AwsError, header, type AwsRequest, type HttpAnswer, type Protocol } from './protocols';
import type { CallDetails, Operation, Service, ServiceContext } from './service';
import { checkSignatureDate, DEFAULT_MAX_SKEW_MS } from './signature-date';
import { readInput } from './validation';

/** What becomes of a request: an answer, whole or cut in half, or none. */
export type Delivery = { answer: HttpAnswer; half?: boolean } | 'drop' | 'hang';

/** Answers requests as AWS does, and as the faults say. */
export function createAws(
  services: readonly Service[],
  { keys, faults }: Pick<ServiceContext, 'keys' | 'faults'>,
  log: CallLog,
) {
  return async function handle(request: AwsRequest): Promise<Delivery> {
    const requestId = randomUUID();
    const { service, name, operation } = route(services, request);
    const { protocol } = service;
    const { errors } = protocol;
    const caller = keys.caller(request) ?? (operation?.isUnsigned === true ? ANYBODY : undefined);
    const { account = caller?.account, details } = describeCall(service, operation, request);
    const answered = (answer: HttpAnswer): Delivery => ({ answer: dated(answer, faults.now(account)) });
    const fail = (error: AwsError): Delivery => answered(protocol.error(requestId, error));
    if (caller === undefined || account === undefined)
      return fail(new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token'));
    const call: RecordedCall = defined({
      time: new Date().toISOString(),
      account,
      service: service.prefix,
      operation: name,
      region: caller.region,
      caller: caller.arn,
      sdkAttempt: sdkAttempt(request),
      ...details,
      outcome: 'ok',
    });
    log.add(call);
    await sleep(faults.get(account, 'latencyMs') ?? 0);
    try {
      if (operation === undefined)
        throw new AwsError('UnknownOperationException', `There is no operation ${name}.`);
      const now = faults.now(account);
      checkSignatureDate(request, errors, now, faults.get(account, 'maxSkewMs') ?? DEFAULT_MAX_SKEW_MS);
      checkKey(caller, errors, now);
      checkSessionPolicy(caller, actionsOf(service, name, operation));
      const perform = async (): Promise<HttpAnswer> => {
        const input = readInput(operation.schema, protocol.input(request), errors);
        return protocol.answer(requestId, name, await operation.perform(input, caller));
      };
      const failure = faults.takeFailure(account, name);
      if (failure !== undefined) {
        const { error, status, retryAfterSeconds } = failure;
        call.outcome = error;
        const message = failure.message ?? (error === 'ThrottlingException' ? 'Rate exceeded' : error);
        return (
          (await transportFailure(error, async () => dated(await perform(), now))) ??
          fail(new AwsError(error, message, status, retryAfterSeconds))
        );
      }
      if (service.throttled && faults.isThrottled(account))
        throw new AwsError('ThrottlingException', 'Rate exceeded');
      if (Math.random() < (faults.get(account, 'errorRate') ?? 0))
        throw new AwsError('InternalServerException', 'An internal error occurred.');
      const delayMs = faults.takeDelay(account, name);
      if (delayMs !== undefined) {
        call.outcome = 'late';
        void performLater(perform, delayMs);
        return 'hang';
      }
      const answer = await perform();
      const loss = faults.takeLoss(account, name);
      if (loss === undefined) return answered(answer);
      call.outcome = loss;
      return loss === 'lost' ? 'drop' : 'hang';
    } catch (error) {
      const awsError = error instanceof AwsError ? error : new AwsError('InternalFailure', String(error));
      call.outcome = awsError.code;
      return fail(awsError);
    }
  };
}

/** Who sends what nobody has to sign. */
const ANYBODY: KnownCaller = {
  account: MANAGEMENT_ACCOUNT_ID,
  arn: 'anonymous',
  region: 'us-east-1',
  expiresAt: Infinity,
  isForgotten: false,
};

/** An answer with the time at which AWS gives it: the SDK corrects its own clock by that. */
function dated(answer: HttpAnswer, now: number): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, date: new Date(now).toUTCString() } };
}

/** @throws AwsError where AWS does not take the key (any more) */
function checkKey(caller: KnownCaller, errors: Protocol['errors'], now: number): void {
  if (caller.isForgotten)
    throw new AwsError(errors.unknownToken, 'The security token included in the request is invalid.');
  if (now >= caller.expiresAt)
    throw new AwsError(errors.expiredToken, 'The security token included in the request is expired');
}

/** @throws AwsError where the policy that a session was made with leaves it no action that the call takes */
function checkSessionPolicy({ arn, allows }: KnownCaller, actions: readonly string[]): void {
  const missing = allows && actions.find((action) => !allows(action));
  if (missing === undefined) return;
  const message = `User: ${arn} is not authorized to perform: ${missing} because no session policy allows the ${missing} action`;
  throw new AwsError('AccessDeniedException', message);
}

/** The actions of IAM that an operation takes. */
export function actionsOf(
  { prefix }: Pick<Service, 'prefix'>,
  name: string,
  { actions }: Operation,
): readonly string[] {
  return actions ?? [`${prefix}:${name}`];
}

/** Finds the operation that a request names; none, where no service has it. */
function route(
  services: readonly Service[],
  request: AwsRequest,
): { service: Service; name: string; operation?: Operation } {
  let unknown: { service: Service; name: string } | undefined;
  for (const service of services) {
    const name = service.protocol.operation(request);
    if (name === undefined) continue;
    const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
    if (operation !== undefined) return { service, name, operation };
    unknown ??= { service, name };
  }
  const [service] = services;
  if (service === undefined) throw new Error('the emulator has no services');
  return unknown ?? { service, name: '' };
}

/** Reads from a call, valid or not, what its operation says of it. */
function describeCall(
  { protocol }: Service,
  operation: Operation | undefined,
  request: AwsRequest,
): { account?: string | undefined; details?: CallDetails | undefined } {
  if (operation?.account === undefined && operation?.details === undefined) return {};
  try {
    const input = protocol.input(request);
    const read = operation.schema.safeParse(input);
    return {
      account: operation.account?.(input),
      details: read.success ? operation.details?.(read.data) : undefined,
    };
  } catch (error) {
    if (error instanceof AwsError) return {};
    throw error;
  }
}

/** Carries out a call whose answer nobody waits for any more. */
async function performLater(perform: () => Promise<HttpAnswer>, delayMs: number): Promise<void> {
  await sleep(delayMs, undefined, { ref: false });
  try {
    await perform();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}

/** Answers that do not come from AWS but from what lies between, or that were damaged there. */
const ANSWERS: Readonly<Record<string, HttpAnswer>> = {
  html503: {
    status: 503,
    headers: { 'content-type': 'text/html' },
    body: '<html><body>Service Unavailable</body></html>',
  },
  empty500: { status: 500, headers: {}, body: '' },
  garbage: {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: '{"InstanceArn": "arn:aws',
  },
};

/**
 * What trouble on the way makes of a call; nothing, where the name is an AWS error's.
 *
 * @param perform carries out the call
 */
async function transportFailure(
  name: string,
  perform: () => Promise<HttpAnswer>,
): Promise<Delivery | undefined> {
  if (name === 'reset') return 'drop';
  if (name === 'hang') return 'hang';
  if (name === 'halfResponse') return { answer: await perform(), half: true };
  const answer = Object.hasOwn(ANSWERS, name) ? ANSWERS[name] : undefined;
  return answer && { answer };
}

function sdkAttempt(request: AwsRequest): number | undefined {
  const attempt = /\battempt=(\d+)/.exec(header(request, 'amz-sdk-request') ?? '')?.[1];
  return attempt === undefined ? undefined : Number(attempt);
}
