import { readFileSync } from 'node:fs';
import type { WebhookReceiver } from './receivers';

const PREFIX = 'whsec_';
/** As Standard Webhooks has it. */
const [LEAST_BYTES, MOST_BYTES] = [24, 64];
const MOST_SECRETS = 5;

/**
 * Reads the keys that a webhook is signed with: secrets as Standard Webhooks writes them, `whsec_` and base64, one a line.
 *
 * @throws Error that says nothing of a secret
 */
export function readSecrets({ secretFile }: Pick<WebhookReceiver, 'secretFile'>): Buffer[] {
  const lines = read('secretFile', secretFile).split(/\s+/).filter(Boolean);
  if (lines.length === 0 || lines.length > MOST_SECRETS)
    throw new Error(`secretFile: must have 1 to ${MOST_SECRETS} lines, each a secret`);
  return lines.map((line) => {
    const key = Buffer.from(line.slice(PREFIX.length), 'base64');
    const isSecret = line.startsWith(PREFIX) && /^[\w+/=]+$/.test(line);
    if (!isSecret || key.length < LEAST_BYTES || key.length > MOST_BYTES)
      throw new Error(
        `secretFile: each line must be "${PREFIX}" and ${LEAST_BYTES} to ${MOST_BYTES} bytes in base64`,
      );
    return key;
  });
}

/** Reads where a webhook is. @throws Error that says nothing of a URL from a file */
export function readUrl({ url, urlFile = '' }: Pick<WebhookReceiver, 'url' | 'urlFile'>): URL {
  const text = url ?? read('urlFile', urlFile).trim();
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed?.protocol !== 'https:' || parsed.username !== '' || parsed.password !== '')
    throw new Error('urlFile: must hold an https URL without user and password');
  return parsed;
}

function read(field: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${field}: ${file} cannot be read (${code ?? 'no reason is known'})`, { cause: error });
  }
}
