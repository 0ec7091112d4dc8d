import ms from 'ms';

/** From when and until when something holds, in milliseconds since the epoch. */
export interface Lifetime {
  /** Default: not known. */
  from?: number | undefined;
  until: number;
}

/** What a Date can say, in milliseconds since the epoch: 100 million days. */
const LAST_DATE_MS = 8.64e15;

/** A renewal comes before: cert-manager, for one, renews with a third of the time left. */
const LATE_WITH = 0.1;

/** Says until when something holds, and whether it is over, or so near to its end that its renewal seems to have failed. */
export function tellLifetime({ from, until }: Lifetime, now = Date.now()): { ok: boolean; found: string } {
  const end = `${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const left = until - now;
  if (left <= 0) return { ok: false, found: `expired ${ms(-left, { long: true })} ago, at ${end}` };
  if (from !== undefined && now < from)
    return { ok: false, found: `not valid yet; from ${new Date(from).toISOString()} on` };
  const found = `valid until ${end}, for ${ms(left, { long: true })} more`;
  return { ok: from === undefined || left > (until - from) * LATE_WITH, found };
}

/** Reads the lifetime of a JSON Web Token, as keys of Temporal Cloud are; `undefined` where it is none, or has no end. */
export function lifetimeOfToken(token: string): Lifetime | undefined {
  const [, payload = ''] = token.split('.');
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as unknown;
    const { iat, exp } = claims as { iat?: unknown; exp?: unknown };
    const [from, until] = [momentOf(iat), momentOf(exp)];
    return until === undefined ? undefined : { from, until };
  } catch {
    return undefined;
  }
}

/** Turns seconds since the epoch, as a token has them, into milliseconds; `undefined` where they are no moment. */
function momentOf(seconds: unknown): number | undefined {
  return typeof seconds === 'number' && Math.abs(seconds) * 1_000 <= LAST_DATE_MS
    ? seconds * 1_000
    : undefined;
}
