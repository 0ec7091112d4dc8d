import { generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto';

/** Who makes API keys that Temporal's own authorizer checks: JSON Web Tokens. */
export interface KeyIssuer {
  /** The key that checks them, as a key set has it. */
  readonly publicKey: JsonWebKey & { kid: string };
  /**
   * Makes one.
   *
   * @param permissions what it allows: `default:write`, `temporal-system:admin`
   * @param seconds for how long it holds; less than 0: it holds no more
   */
  issue(permissions: readonly string[], seconds?: number): string;
}

export function makeKeyIssuer(kid: string): KeyIssuer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    publicKey: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' },
    issue(permissions, seconds = 3_600) {
      const now = Math.floor(Date.now() / 1_000);
      const begin = Math.min(now, now + seconds - 3_600);
      const claims = { sub: kid, permissions, iat: begin, exp: now + seconds };
      const text = [{ alg: 'ES256', typ: 'JWT', kid }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${text}.${signature.toString('base64url')}`;
    },
  };
}

/** What Temporal's server reads the keys from. */
export function keySetOf(...issuers: readonly KeyIssuer[]): string {
  return JSON.stringify({ keys: issuers.map(({ publicKey }) => publicKey) });
}
