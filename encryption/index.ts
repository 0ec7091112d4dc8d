export { EncryptionCodec } from './codec';
export { EncryptionKeysError, KEYS_VARIABLE, UnreadablePayloadError } from './errors';
export { temporalExtensions } from './extensions';
export { KeyRing } from './key-ring';
export { readKmsKeys } from './read-keys';
