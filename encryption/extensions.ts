import { readEnvironment, type Environment, type TemporalExtensions } from '../contract';
import { EncryptionCodec } from './codec';
import { KEYS_VARIABLE } from './errors';
import { KeyRing } from './key-ring';

/**
 * Reads what worker, client and command put around what they send through Temporal: encryption where the environment names
 * a file of keys, else JSON that the Temporal UI can read.
 *
 * @param onProblem told where keys that were rotated cannot be read; those before stay in use
 * @throws EncryptionKeysError
 */
export async function temporalExtensions(
  env: Environment = process.env,
  onProblem?: (error: unknown) => void,
): Promise<TemporalExtensions> {
  const { [KEYS_VARIABLE]: file } = readEnvironment(env);
  if (file === undefined)
    return { dataConverter: { payloadCodecs: [new EncryptionCodec(undefined)] }, plugins: [] };
  const codec = new EncryptionCodec(await KeyRing.open(file, onProblem));
  return { dataConverter: { payloadCodecs: [codec], failureConverterPath: FAILURE_CONVERTER }, plugins: [] };
}

/** The SDK loads the converter of failures itself. */
const FAILURE_CONVERTER = require.resolve('../contract/failures/encoding-converter');
