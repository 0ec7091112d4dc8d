export { EncryptionCodec } from './codec';
export { startCodecServer, type CodecServer, type CodecServerOptions } from './codec-server';
export {
  codecSettingsSchema,
  CodecSettingsError,
  readCodecSettings,
  type CodecSettings,
} from './codec-settings';
export { EncryptionKeysError, KEYS_VARIABLE, UnreadablePayloadError } from './errors';
export { temporalExtensions } from './extensions';
export { KeyRing } from './key-ring';
export { readKmsKeys } from './read-keys';
export { createTokenCheck, type TokenCheck } from './token-check';
