/**
 * Merges the fields of a request over defaults: its fields win. Tags and timing are merged key by key, and so is
 * `timing.retry`: an account with one tag of its own keeps the default tags. A default cannot be taken back, only replaced.
 * What is not an object stays as it is, for the request's schema to refuse.
 */
export function mergeRequest(defaults: object, request: object): object {
  const merged: Record<string, unknown> = { ...defaults, ...request };
  for (const [key, value] of Object.entries(defaults)) {
    if (!MERGED.includes(key)) continue;
    const own = (request as Record<string, unknown>)[key];
    if (isObject(value) && isObject(own)) merged[key] = mergeRequest(value, own);
  }
  return merged;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const MERGED: readonly string[] = ['tags', 'timing', 'retry'];
