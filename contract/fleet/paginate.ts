import { jsonBytes } from '../text';
import { MAX_PAGE_ACCOUNTS, MAX_PAGE_BYTES } from './page';

/**
 * Cuts a list of requests into pages that fit into a payload, and into the history of the workflow that holds one.
 *
 * @param tooLarge makes what is thrown where one request does not fit
 */
export function paginate<T extends object>(
  accounts: readonly T[],
  tooLarge: (index: number, problem: string) => Error,
): T[][] {
  const pages: T[][] = [];
  let bytes = 0;
  for (const [index, account] of accounts.entries()) {
    // A comma or a bracket follows each, and a bracket comes first.
    const size = jsonBytes(account) + 1;
    if (size + 1 > MAX_PAGE_BYTES) throw tooLarge(index, TOO_LARGE);
    const last = pages.at(-1);
    if (last === undefined || last.length === MAX_PAGE_ACCOUNTS || bytes + size > MAX_PAGE_BYTES) {
      pages.push([account]);
      bytes = 1 + size;
    } else {
      last.push(account);
      bytes += size;
    }
  }
  return pages;
}

const TOO_LARGE = `must be less than ${MAX_PAGE_BYTES} bytes of JSON: no request that AWS would take is larger`;
