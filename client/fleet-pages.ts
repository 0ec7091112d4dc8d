import { MAX_PAGE_ACCOUNTS, MAX_PAGE_BYTES } from '../contract';

/** Cuts a list of requests into pages that fit into a payload, and into the history of the workflow that holds one. */
export function paginate<T>(accounts: readonly T[]): T[][] {
  const pages: T[][] = [];
  let bytes = 0;
  for (const account of accounts) {
    const size = Buffer.byteLength(JSON.stringify(account)) + 1;
    const last = pages.at(-1);
    if (last === undefined || last.length === MAX_PAGE_ACCOUNTS || bytes + size > MAX_PAGE_BYTES) {
      pages.push([account]);
      bytes = size;
    } else {
      last.push(account);
      bytes += size;
    }
  }
  return pages;
}
