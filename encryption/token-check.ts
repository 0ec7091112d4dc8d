import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { KEYS_VARIABLE } from './errors';
import { CodecSettingsError, type CodecSettings } from './codec-settings';

/** Says why a request is not taken; `undefined`: it is. */
export type TokenCheck = (authorization: string | undefined) => Promise<string | undefined>;

const BEARER = /^Bearer +([\x21-\x7e]+)$/i;
const SHORTEST_TOKEN = 32;

/**
 * Makes the check of the tokens that requests carry. Nothing is said of why a token is not the right one: that is for whoever
 * gave it out.
 *
 * @throws CodecSettingsError where no setting says which tokens are taken, or their file is wrong
 */
export async function createTokenCheck({ tokensFile, jwt }: CodecSettings): Promise<TokenCheck> {
  const checks: ((token: string) => Promise<boolean>)[] = [];
  if (tokensFile !== undefined) {
    await readTokens(tokensFile);
    checks.push(async (token) => includesToken(await readTokens(tokensFile), token));
  }
  if (jwt !== undefined) checks.push(await createJwtCheck(jwt));
  if (checks.length === 0)
    throw new CodecSettingsError(
      `Whoever may ask the codec server reads all that ${KEYS_VARIABLE} encrypts, so it takes tokens only: set IDENTITY_CENTER_CODEC_TOKENS_FILE, or IDENTITY_CENTER_CODEC_JWKS_URL and IDENTITY_CENTER_CODEC_ISSUER.`,
    );
  return async (authorization) => {
    const [, token] = BEARER.exec(authorization ?? '') ?? [];
    if (token === undefined) return 'The request has no token: Authorization: Bearer …';
    for (const check of checks) if (await check(token)) return undefined;
    return 'The token of the request is not taken.';
  };
}

/** Reads the tokens of a file; it is read anew at each request, so that one that is withdrawn is of no more use. */
async function readTokens(file: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new CodecSettingsError(
      `IDENTITY_CENTER_CODEC_TOKENS_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'no file'}).`,
    );
  }
  const tokens = text.split(/\s+/).filter((token) => token !== '');
  if (tokens.length === 0 || tokens.some((token) => token.length < SHORTEST_TOKEN))
    throw new CodecSettingsError(
      `IDENTITY_CENTER_CODEC_TOKENS_FILE: ${file} must have tokens of ${SHORTEST_TOKEN} characters at the least, one a line, as "openssl rand -hex 32" prints them.`,
    );
  return tokens;
}

/** Compares in a time that says nothing of how much of a token was right. */
function includesToken(tokens: readonly string[], token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return tokens.filter((it) => timingSafeEqual(digest(it), digest(token))).length > 0;
}

const claimsSchema = z.object({
  sub: z.string().optional(),
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
});

async function createJwtCheck({ jwksUrl, issuer, audience, users }: NonNullable<CodecSettings['jwt']>) {
  const { createRemoteJWKSet, jwtVerify } = await import('jose');
  const keys = createRemoteJWKSet(new URL(jwksUrl));
  return async (token: string): Promise<boolean> => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        ...(audience === undefined ? {} : { audience }),
        // Without an end it would be taken for ever.
        requiredClaims: ['exp'],
      });
      if (users === undefined) return true;
      const { sub, email, email_verified: isVerified } = claimsSchema.parse(payload);
      return [sub, isVerified === false ? undefined : email].some(
        (user) => user !== undefined && users.has(user),
      );
    } catch {
      return false;
    }
  };
}
