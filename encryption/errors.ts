import { IdentityCenterError } from '../contract';

/** The variable that names the file of keys. */
export const KEYS_VARIABLE = 'IDENTITY_CENTER_ENCRYPTION_KEYS_FILE';

/** Thrown where the keys cannot be had: the file is wrong, or AWS KMS does not decrypt one of them. */
export class EncryptionKeysError extends IdentityCenterError {
  override readonly name = 'EncryptionKeysError';
  readonly category = 'usage';
  readonly setting = KEYS_VARIABLE;

  constructor(
    readonly file: string,
    problem: string,
  ) {
    super(`${KEYS_VARIABLE}: ${file}: ${problem}.`);
  }
}

/**
 * Thrown where a payload cannot be decrypted. In a worker it fails the task, which the server hands out again: what waits
 * for a key goes on as soon as the key is there.
 */
export class UnreadablePayloadError extends IdentityCenterError {
  override readonly name = 'UnreadablePayloadError';
  readonly category = 'failed';
  readonly setting = KEYS_VARIABLE;
}
