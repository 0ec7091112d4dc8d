import { isGrpcServiceError, type OperatorService } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { SEARCH_ATTRIBUTE_NAMES } from '../contract';

/** What can register search attributes: a connection of the client or of the worker. */
interface Operated {
  operatorService: OperatorService;
}

/** The status code of gRPC for a request that the server does not take. */
const INVALID_ARGUMENT = 3;

const { INDEXED_VALUE_TYPE_KEYWORD: KEYWORD } = temporal.api.enums.v1.IndexedValueType;

/** Lists the search attributes of this product that the namespace does not know. */
export async function missingSearchAttributes(
  { operatorService }: Operated,
  namespace: string,
): Promise<string[]> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  return SEARCH_ATTRIBUTE_NAMES.filter((name) => customAttributes[name] === undefined);
}

/** Registers those that the namespace does not know, and answers with them. A namespace may forbid it. */
export async function registerSearchAttributes(connection: Operated, namespace: string): Promise<string[]> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length > 0) {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
  }
  return missing;
}

/** Tells whether the server refused what it was sent because the namespace does not know a search attribute. */
export function isUnknownSearchAttribute(error: unknown): boolean {
  const cause = error instanceof Error && !isGrpcServiceError(error) ? error.cause : error;
  return (
    isGrpcServiceError(cause) &&
    (cause.code as number) === INVALID_ARGUMENT &&
    /search attribute/i.test(cause.details)
  );
}
