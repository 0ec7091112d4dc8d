import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { oneLine } from '../contract';
import { KEYS_VARIABLE, UnreadablePayloadError } from './errors';
import type { KeyRing } from './key-ring';
import type { EncryptionKey } from './read-keys';

const { Payload: WirePayload } = temporal.api.common.v1;

// The metadata and the layout are those of Temporal's own samples of encryption, in every language: whoever starts runs in
// Python, Go or Java takes the codec of the sample, with the same keys.
const ENCODING = 'encoding';
const ENCRYPTED = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts payloads whole, their metadata too, with AES-256-GCM. What is not encrypted is passed on as it is: a person, or
 * a pipeline in another language, may send plain JSON, and so did everybody before there were keys.
 */
export class EncryptionCodec implements PayloadCodec {
  /** @param keys `undefined`: nothing is encrypted, and what is encrypted is refused rather than taken for nonsense */
  constructor(private readonly keys: KeyRing | undefined) {}

  encode(payloads: Payload[]): Promise<Payload[]> {
    const key = this.keys?.current();
    return Promise.resolve(key === undefined ? payloads : payloads.map((payload) => encrypt(payload, key)));
  }

  /** @throws UnreadablePayloadError where a key is missing, or what was encrypted was changed */
  decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => this.read(payload)));
  }

  private async read(payload: Payload): Promise<Payload> {
    const id = oneLine(text(payload, KEY_ID), 100);
    // What names no key was made by none: it would be waited for in vain, and whoever reads it refuses it.
    if (text(payload, ENCODING) !== ENCRYPTED || id === '') return payload;
    if (this.keys === undefined)
      throw new UnreadablePayloadError(
        `A payload is encrypted with key "${id}", and ${KEYS_VARIABLE} is not set. Set it to the file of keys that the workers have: what waits for it goes on by itself.`,
      );
    const key = await this.keys.find(id);
    try {
      return decrypt(payload, key);
    } catch {
      throw new UnreadablePayloadError(
        `A payload that names key "${id}" cannot be decrypted with it: it was changed on its way, or whoever wrote it has another key under that ID. Compare the key with that of ${KEYS_VARIABLE}.`,
      );
    }
  }
}

function encrypt(payload: Payload, { id, key }: EncryptionKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  const plain = WirePayload.encode(payload).finish();
  return {
    metadata: { [ENCODING]: Buffer.from(ENCRYPTED), [KEY_ID]: Buffer.from(id) },
    data: Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
  };
}

/** Decrypts a payload. @throws Error where its data or its tag is not what the key has made */
function decrypt({ data }: Payload, { key }: EncryptionKey): Payload {
  const bytes = Buffer.from(data ?? []);
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const plain = [decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
  return WirePayload.decode(Buffer.concat(plain));
}

function text({ metadata }: Payload, key: string): string {
  return Buffer.from(metadata?.[key] ?? []).toString();
}
