import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AwsError, jsonProtocol } from '../protocols';
import { operation, type Service } from '../service';
import { optional, text } from '../validation';

const CIPHER = 'aes-256-gcm';
const [NONCE_BYTES, TAG_BYTES] = [12, 16];

// The limits of the kms service model, 2014-11-01.
const keyId = text(1, 2048, /^\S+$/);
const dataKeyInput = z.strictObject({ KeyId: keyId, KeySpec: z.enum(['AES_128', 'AES_256']) });
const decryptInput = z.strictObject({
  KeyId: optional(keyId),
  CiphertextBlob: z.base64().min(1).max(8_192),
});

/** AWS KMS: data keys. Every key exists, under whatever ARN; what an emulator has encrypted, no other decrypts. */
export function createKms(): Service {
  const master = randomBytes(32);

  function generateDataKey({ KeyId, KeySpec }: z.output<typeof dataKeyInput>) {
    const plaintext = randomBytes(KeySpec === 'AES_256' ? 32 : 16);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, master, nonce);
    const content = JSON.stringify([KeyId, plaintext.toString('base64')]);
    const sealed = [cipher.update(content), cipher.final()];
    const CiphertextBlob = Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]).toString('base64');
    return { KeyId, CiphertextBlob, Plaintext: plaintext.toString('base64') };
  }

  return {
    protocol: jsonProtocol('TrentService'),
    prefix: 'kms',
    throttled: false,
    operations: {
      GenerateDataKey: operation({ schema: dataKeyInput, perform: generateDataKey }),
      GenerateDataKeyWithoutPlaintext: operation({
        schema: dataKeyInput,
        perform: (input) => ({ ...generateDataKey(input), Plaintext: undefined }),
      }),
      Decrypt: operation({
        schema: decryptInput,
        perform({ KeyId, CiphertextBlob }) {
          const [usedKey, Plaintext] = decrypt(master, Buffer.from(CiphertextBlob, 'base64'));
          if (KeyId !== undefined && KeyId !== usedKey)
            throw new AwsError(
              'IncorrectKeyException',
              'The key ID in the request does not identify a CMK that can perform this operation.',
            );
          return { KeyId: usedKey, Plaintext, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
        },
      }),
    },
  };
}

const sealedSchema = z.tuple([z.string(), z.string()]);

function decrypt(master: Buffer, blob: Buffer): [keyId: string, plaintext: string] {
  try {
    const decipher = createDecipheriv(CIPHER, master, blob.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(blob.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const opened = [decipher.update(blob.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
    return sealedSchema.parse(JSON.parse(Buffer.concat(opened).toString()));
  } catch {
    throw new AwsError('InvalidCiphertextException', '');
  }
}
