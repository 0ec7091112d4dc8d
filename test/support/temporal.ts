import { SEARCH_ATTRIBUTE_NAMES } from '../../contract';

/** The search attributes of this product, as a server is started with them. */
export const OUR_SEARCH_ATTRIBUTES = Object.fromEntries(
  SEARCH_ATTRIBUTE_NAMES.map((name) => [name, 'Keyword' as const]),
);

/** How the address of the shared server reaches the test files. Not Temporal's own: nothing may take that for a wish. */
export const ADDRESS_VARIABLE = 'IDENTITY_CENTER_TEST_TEMPORAL_ADDRESS';

/**
 * The address of the Temporal server that all test files share (in memory, namespace `default`). Workflow IDs and task
 * queues must be a test's own. A test that ends or restarts a server starts one itself.
 */
export function temporalAddress(): string {
  const address = process.env[ADDRESS_VARIABLE];
  if (address === undefined)
    throw new Error(`${ADDRESS_VARIABLE} is not set: run the tests with Jest's configuration`);
  return address;
}
