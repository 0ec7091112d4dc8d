import { status as GRPC, type ServiceError } from '@grpc/grpc-js';
import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  QueryRejectedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { oneLine } from '../contract';
import { IdentityCenterError, type ErrorCategory } from './errors';

/** Where a server is, and which of its namespaces is meant. */
export interface ServerPlace {
  address: string;
  namespace: string;
  /** What no message may say. */
  apiKey?: string | undefined;
}

/** What a server says, or does not say, to a call; the code is what a pipeline reads in an error's JSON. */
export type ServerErrorCode = keyof typeof WORDS;

interface Words {
  category: ErrorCategory;
  /** What happened, after "The Temporal server at …". */
  what: (namespace: string) => string;
  remedy: (namespace: string) => string;
}

/** What each means to whoever asked, and the next step. */
const WORDS = {
  LOST: {
    category: 'unreachable',
    what: () => 'does not answer any more',
    remedy: () =>
      'Runs go on by themselves once it is back: look again with "identity-center status" or "identity-center list".',
  },
  NO_ANSWER: {
    category: 'unreachable',
    what: () => 'has not answered in time',
    remedy: () => 'What was asked for may still come about: look with "identity-center status" first.',
  },
  NAMESPACE_NOT_FOUND: {
    category: 'unreachable',
    what: (namespace) => `has no namespace ${namespace}`,
    remedy: (namespace) =>
      `Set TEMPORAL_NAMESPACE to one that is there, or create it: temporal operator namespace create ${namespace}`,
  },
  WORKFLOW_NOT_FOUND: {
    category: 'usage',
    what: (namespace) => `has no such workflow in namespace ${namespace}`,
    remedy: () =>
      'Its retention may have passed, or TEMPORAL_NAMESPACE names another namespace than its own.',
  },
  QUERY_FAILED: {
    category: 'unreachable',
    what: () => 'has handed a query on that no worker could answer',
    remedy: () => 'Check that workers of this release run: identity-center doctor',
  },
  UNAUTHENTICATED: {
    category: 'unreachable',
    what: () => 'does not take the credentials that it was sent, or asks for some',
    remedy: () =>
      'Set TEMPORAL_API_KEY to a key that is valid (one may have expired), or TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH to a certificate that the server knows.',
  },
  PERMISSION_DENIED: {
    category: 'unreachable',
    what: (namespace) => `does not allow it in namespace ${namespace}`,
    remedy: () =>
      'Have the permission given to whom TEMPORAL_API_KEY or the client certificate is, and check TEMPORAL_NAMESPACE: of a namespace that is not yours a server says the same.',
  },
  RATE_LIMITED: {
    category: 'unreachable',
    what: (namespace) => `is over the rate limit of namespace ${namespace}, and stayed so`,
    remedy: () =>
      'Try again in a minute; where it stays so, have the limit of the namespace raised, or ask from fewer places at once.',
  },
  UNIMPLEMENTED: {
    category: 'unreachable',
    what: () => 'does not know what it was asked for: it is too old, or no Temporal server',
    remedy: () => 'Check TEMPORAL_ADDRESS, and upgrade the server: 1.29 and newer are supported.',
  },
  TOO_LARGE: {
    category: 'usage',
    what: () => 'does not take a message of that size',
    remedy: () =>
      'Ask for less at once, with fewer or shorter tags; the limits are the server’s (limit.blobSize.error).',
  },
  REFUSED: {
    category: 'usage',
    what: () => 'refused the request',
    remedy: () => 'Correct what it names, then ask again.',
  },
  FAILED: {
    category: 'unreachable',
    what: () => 'failed to answer',
    remedy: () => 'Try again; where it stays so, the log of the server says why.',
  },
} as const satisfies Record<string, Words>;

/** Thrown where a call to the server failed, whatever the call was. */
export class TemporalServerError extends IdentityCenterError {
  override readonly name = 'TemporalServerError';
  readonly category: ErrorCategory;
  readonly address: string;
  readonly namespace: string;
  /** The next step. */
  readonly remedy: string;

  constructor(
    readonly code: ServerErrorCode,
    { address, namespace, apiKey }: ServerPlace,
    detail: string,
    override readonly cause: unknown,
  ) {
    const { category, what, remedy }: Words = WORDS[code];
    const said = withoutKeys(detail, apiKey);
    super(
      `The Temporal server at ${address} ${what(namespace)}${said === '' ? '' : ` (${said})`}. ${remedy(namespace)}`,
      { cause },
    );
    [this.category, this.address, this.namespace] = [category, address, namespace];
    this.remedy = remedy(namespace);
  }
}

/**
 * Unwraps what a call to the server threw, in whatever the SDK put it; what is no error of the server comes back as it is.
 */
export function readServerError(error: unknown, place: ServerPlace): unknown {
  if (error instanceof IdentityCenterError) return error;
  if (isNamespaceNotFound(error)) return new TemporalServerError('NAMESPACE_NOT_FOUND', place, '', error);
  if (error instanceof WorkflowNotFoundError)
    return new TemporalServerError('WORKFLOW_NOT_FOUND', place, error.message, error);
  if (error instanceof QueryNotRegisteredError)
    return new TemporalServerError('QUERY_FAILED', place, error.message, error);
  const said = grpcErrorOf(error);
  return said === undefined ? error : new TemporalServerError(codeOf(said), place, said.details, error);
}

/** Tells whether there is no such workflow; the SDK says the same of a namespace that is not there. */
export function isNoWorkflow(error: unknown): error is WorkflowNotFoundError {
  return error instanceof WorkflowNotFoundError && !isNamespaceNotFound(error);
}

/**
 * Tells whether a call failed because the server is away, or has not answered in time. gRPC tells some calls whose deadline
 * has passed as cancelled: 7 of 1,500.
 */
export function isUnavailable(error: unknown): boolean {
  const code = grpcErrorOf(error)?.code;
  return code === GRPC.UNAVAILABLE || code === GRPC.DEADLINE_EXCEEDED || code === GRPC.CANCELLED;
}

/** Tells whether a query was not answered because no worker did; of other failures the server itself has told. */
export function isUnansweredQuery(error: unknown): boolean {
  if (isRefusedWhilePaused(error)) return true;
  const code = grpcErrorOf(error)?.code;
  return code === GRPC.DEADLINE_EXCEEDED || code === GRPC.CANCELLED || code === GRPC.FAILED_PRECONDITION;
}

/** Tells whether a query has no answer to wait for now: none came, its worker failed it, or the server has no such workflow. */
export function isQueryWithoutAnswer(error: unknown): boolean {
  return isUnansweredQuery(error) || isNoWorkflow(error) || error instanceof QueryNotRegisteredError;
}

/** Tells whether the server handed a query or an Update to no worker, as somebody has paused the workflow in it. */
export function isRefusedWhilePaused(error: unknown): boolean {
  // We set no other condition on which a query is rejected.
  if (error instanceof QueryRejectedError) return true;
  const said = grpcErrorOf(error);
  return said?.code === GRPC.FAILED_PRECONDITION && /workflow is paused/i.test(said.details);
}

/** Tells whether the server refused what it was sent because of a search attribute: unknown, or of another type. */
export function isUnknownSearchAttribute(error: unknown): boolean {
  const said = grpcErrorOf(error);
  return said?.code === GRPC.INVALID_ARGUMENT && /search attribute/i.test(said.details);
}

/** Says why the server refused what it was sent; `undefined` where it did not say, or does not let this caller ask. */
export function refusalOf(error: unknown): string | undefined {
  const said = grpcErrorOf(error);
  const refused: (number | undefined)[] = [
    GRPC.INVALID_ARGUMENT,
    GRPC.ALREADY_EXISTS,
    GRPC.FAILED_PRECONDITION,
    GRPC.RESOURCE_EXHAUSTED,
    GRPC.INTERNAL,
  ];
  return refused.includes(said?.code) ? oneLine(said?.details ?? '', 200) : undefined;
}

/** Finds the error of gRPC, which the SDK hands on as the cause of one of its own. */
function grpcErrorOf(error: unknown): ServiceError | undefined {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 5; inner = inner.cause, depth += 1)
    if (isGrpcServiceError(inner)) return inner;
  return undefined;
}

/**
 * Tells whether an Update was lost as the workflow task that it came with failed, or was not taken as the last ones have
 * failed: both pass, where the machine is only busy. The server says it in words only.
 */
export function isLostWithItsTask(error: unknown): boolean {
  const said = grpcErrorOf(error);
  const words = /workflow task failure|workflow task in failed state/i;
  return said?.code === GRPC.FAILED_PRECONDITION && words.test(said.details);
}

function isNamespaceNotFound(error: unknown): boolean {
  if (error instanceof NamespaceNotFoundError) return true;
  if (error instanceof WorkflowNotFoundError) return saysNamespace(error.message);
  const said = grpcErrorOf(error);
  return said?.code === GRPC.NOT_FOUND && saysNamespace(said.details);
}

function saysNamespace(text: string): boolean {
  return /^namespace\b.*\bnot found/i.test(text);
}

const TOO_LARGE = /larger than max|too large|exceeds? (?:the )?(?:size |maximum |max )*limit|size limit/i;

function codeOf({ code, details }: ServiceError): ServerErrorCode {
  switch (code) {
    case GRPC.UNAVAILABLE:
    case GRPC.CANCELLED:
      return 'LOST';
    case GRPC.DEADLINE_EXCEEDED:
      return 'NO_ANSWER';
    case GRPC.UNAUTHENTICATED:
      return 'UNAUTHENTICATED';
    case GRPC.PERMISSION_DENIED:
      return 'PERMISSION_DENIED';
    case GRPC.RESOURCE_EXHAUSTED:
      return TOO_LARGE.test(details) ? 'TOO_LARGE' : 'RATE_LIMITED';
    case GRPC.UNIMPLEMENTED:
      return 'UNIMPLEMENTED';
    case GRPC.INVALID_ARGUMENT:
      return TOO_LARGE.test(details) ? 'TOO_LARGE' : 'REFUSED';
    default:
      return 'FAILED';
  }
}

/** A server may quote what it was sent. */
function withoutKeys(text: string, apiKey: string | undefined): string {
  const known = apiKey === undefined || apiKey === '' ? text : text.replaceAll(apiKey, '…');
  return oneLine(known.replace(/\bBearer\s+\S+|\beyJ[\w-]+\.[\w.-]+/gi, '…'), 300).replace(/\.$/, '');
}
