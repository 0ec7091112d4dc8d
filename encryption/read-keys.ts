import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { oneLine } from '../contract';
import { decryptDataKey } from './decrypt-data-key';
import { EncryptionKeysError } from './errors';

/** A key of AES-256. */
export interface EncryptionKey {
  id: string;
  key: Buffer;
}

/** The keys of a file. */
export interface EncryptionKeys {
  /** What is sent is encrypted with this one. */
  current: EncryptionKey;
  byId: ReadonlyMap<string, EncryptionKey>;
}

const KEY_BYTES = 32;
const LONGEST_FILE = 1024 * 1024;

// Messages name the place only: what is at it may be a key.
const NO_KEY = `must be ${KEY_BYTES} bytes in base64, as "openssl rand -base64 32" prints them`;
const keySchema = z
  .strictObject({
    id: z
      .string('must be a text')
      .regex(/^[\w.:/+-]{1,100}$/, 'must be 1 to 100 letters, digits and _ . : / + -'),
    key: z.string(NO_KEY).exactOptional(),
    encryptedKey: z
      .base64('must be the CiphertextBlob of a data key of AWS KMS, in base64')
      .min(1)
      .exactOptional(),
    kmsKeyArn: z
      .string('must be a text')
      .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)\/\S+$/, 'must be the ARN of a key of AWS KMS')
      .exactOptional(),
  })
  .check(({ value: { key, encryptedKey, kmsKeyArn }, issues }) => {
    const isPlain = key !== undefined && encryptedKey === undefined && kmsKeyArn === undefined;
    const isOfKms = key === undefined && encryptedKey !== undefined && kmsKeyArn !== undefined;
    if (!isPlain && !isOfKms)
      issues.push({
        code: 'custom',
        input: undefined,
        message: 'must have either "key", or "encryptedKey" and "kmsKeyArn"',
      });
    else if (key !== undefined && !isKey(Buffer.from(key, 'base64'), key))
      issues.push({ code: 'custom', input: undefined, path: ['key'], message: NO_KEY });
  });

const fileSchema = z
  .strictObject({
    encryptWith: z.string('must be the ID of one of the keys'),
    keys: z
      .array(keySchema, 'must be a list of keys')
      .min(1, 'must have a key')
      .max(1000, 'has too many keys'),
  })
  .check(({ value: { encryptWith, keys }, issues }) => {
    const ids = keys.map(({ id }) => id);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined)
      issues.push({
        code: 'custom',
        input: undefined,
        path: ['keys'],
        message: `has two keys with the ID ${twice}`,
      });
    if (!ids.includes(encryptWith))
      issues.push({
        code: 'custom',
        input: undefined,
        path: ['encryptWith'],
        message: 'must be the ID of one of the keys',
      });
  });

/** Reads a file of keys. @throws EncryptionKeysError naming what is wrong with it, and nothing of what is in it */
export async function readKeys(file: string): Promise<EncryptionKeys> {
  const { encryptWith, keys } = parse(file, await readText(file));
  const read = await Promise.all(
    keys.map(async ({ id, key, encryptedKey = '', kmsKeyArn = '' }): Promise<EncryptionKey> => {
      if (key !== undefined) return { id, key: Buffer.from(key, 'base64') };
      return { id, key: await decrypt(file, id, kmsKeyArn, encryptedKey) };
    }),
  );
  const byId = new Map(read.map((key) => [key.id, key]));
  const current = byId.get(encryptWith);
  if (current === undefined)
    throw new EncryptionKeysError(file, 'encryptWith: must be the ID of one of the keys');
  return { current, byId };
}

/** Names the KMS keys that the data keys of a file are encrypted with. @throws EncryptionKeysError */
export async function readKmsKeys(file: string): Promise<string[]> {
  const { keys } = parse(file, await readText(file));
  return keys.flatMap(({ kmsKeyArn }) => (kmsKeyArn === undefined ? [] : [kmsKeyArn]));
}

async function readText(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length <= LONGEST_FILE) return text;
  } catch (error) {
    throw new EncryptionKeysError(
      file,
      `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'no file'})`,
    );
  }
  throw new EncryptionKeysError(file, 'is too long for a file of keys');
}

function parse(file: string, text: string): z.output<typeof fileSchema> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // What the parser says quotes the text.
    throw new EncryptionKeysError(file, 'is not JSON');
  }
  const { data, error } = fileSchema.safeParse(content);
  if (data !== undefined) return data;
  const problems = error.issues.map(({ path, message, code }) =>
    oneLine(
      `${path.map(String).join('.') || 'the file'}: ${code === 'unrecognized_keys' ? 'has an unknown field' : message}`,
      200,
    ),
  );
  throw new EncryptionKeysError(file, problems.slice(0, 5).join('; '));
}

async function decrypt(file: string, id: string, kmsKeyArn: string, encryptedKey: string): Promise<Buffer> {
  let key: Buffer;
  try {
    key = await decryptDataKey(kmsKeyArn, Buffer.from(encryptedKey, 'base64'));
  } catch (error) {
    const { name, message } = error as Error;
    throw new EncryptionKeysError(
      file,
      `key ${id}: AWS KMS does not decrypt it (${oneLine(`${name}: ${message}`, 300)}). Allow kms:Decrypt on ${kmsKeyArn}, and check AWS's credentials and the way to it`,
    );
  }
  if (key.length === KEY_BYTES) return key;
  throw new EncryptionKeysError(file, `key ${id}: is no data key of AES-256, but of ${key.length} bytes`);
}

/** Node.js skips over what is no base64. */
function isKey(key: Buffer, text: string): boolean {
  return key.length === KEY_BYTES && /^[\w+/-]+={0,2}\s*$/.test(text);
}
