import { z } from 'zod';
import {
  defined,
  IdentityCenterError,
  isLoopback,
  oneLine,
  readEnvironment,
  type Environment,
} from '../contract';

const LIST = /[\s,]+/;

/** The settings of the codec server, beside the file of keys. */
export const codecSettingsSchema = z.object({
  IDENTITY_CENTER_CODEC_ORIGINS: z
    .string()
    .transform((text) => text.split(LIST))
    .refine(
      (all) => all.every(isOrigin),
      'must be origins such as https://temporal.example.com, with commas between them',
    )
    .default([])
    .describe(
      'Origins of the Temporal UIs whose pages may ask the codec server, with commas between them. Default: none, the CLI only.',
    ),
  IDENTITY_CENTER_CODEC_TOKENS_FILE: z
    .string()
    .optional()
    .describe(
      'File of the tokens that are taken, one a line, of 32 characters at the least; it is read at each request. For the CLI: `--codec-auth "Bearer …"`.',
    ),
  IDENTITY_CENTER_CODEC_JWKS_URL: z
    .string()
    .refine(isJwksUrl, 'must be an https URL, or one of this machine')
    .optional()
    .describe('Keys of the issuer whose JWTs are taken: the access tokens that the Temporal UI passes on.'),
  IDENTITY_CENTER_CODEC_ISSUER: z.string().optional().describe('Issuer (`iss`) of those JWTs.'),
  IDENTITY_CENTER_CODEC_AUDIENCE: z
    .string()
    .optional()
    .describe('Audience (`aud`) of those JWTs. Default: any.'),
  IDENTITY_CENTER_CODEC_USERS: z
    .string()
    .transform((text) => new Set(text.split(LIST)))
    .optional()
    .describe(
      'Users whose JWTs are taken, with commas between them: `sub`, or `email` unless the JWT says that it is not verified. Needed with an issuer that has users of others, as that of Temporal Cloud. Default: all of the issuer.',
    ),
});

/** Who may ask the codec server. */
export interface CodecSettings {
  origins: readonly string[];
  tokensFile?: string;
  jwt?: { jwksUrl: string; issuer: string; audience?: string; users?: ReadonlySet<string> };
}

/** Thrown where a setting of the codec server is wrong. */
export class CodecSettingsError extends IdentityCenterError {
  override readonly name = 'CodecSettingsError';
  readonly category = 'usage';
}

/** Reads the settings of the codec server. @throws CodecSettingsError naming every variable that is wrong */
export function readCodecSettings(environment: Environment): CodecSettings {
  const env = readEnvironment(environment);
  const { data, error } = codecSettingsSchema.safeParse(env);
  if (data === undefined) {
    const problems = error.issues.map(({ path: [name = ''], message }) => {
      return `${String(name)}: ${message}, not "${oneLine(env[String(name)] ?? '', 100)}"`;
    });
    throw new CodecSettingsError(`${problems.join('; ')}.`);
  }
  const {
    IDENTITY_CENTER_CODEC_ORIGINS: origins,
    IDENTITY_CENTER_CODEC_TOKENS_FILE: tokensFile,
    IDENTITY_CENTER_CODEC_JWKS_URL: jwksUrl,
    IDENTITY_CENTER_CODEC_ISSUER: issuer,
    IDENTITY_CENTER_CODEC_AUDIENCE: audience,
    IDENTITY_CENTER_CODEC_USERS: users,
  } = data;
  if ((jwksUrl === undefined) !== (issuer === undefined))
    throw new CodecSettingsError(
      'IDENTITY_CENTER_CODEC_JWKS_URL and IDENTITY_CENTER_CODEC_ISSUER go together: set both, or neither.',
    );
  const jwt =
    jwksUrl === undefined || issuer === undefined ? undefined : defined({ jwksUrl, issuer, audience, users });
  return defined({ origins, tokensFile, jwt });
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function isJwksUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, host } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(host));
}
