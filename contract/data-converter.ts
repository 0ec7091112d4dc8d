import type { DataConverter } from '@temporalio/common';

/**
 * What worker, client and command put around what they send through Temporal. All take it from this module: what one of
 * them encodes, the others can decode.
 */
export interface TemporalExtensions {
  /** Codecs of payloads. The converters that workflows decode with are in their bundle. */
  readonly dataConverter: Pick<DataConverter, 'payloadCodecs'>;
  /** Plugins of the Temporal SDK, for clients and workers alike; they bring interceptors. */
  readonly plugins: readonly { readonly name: string }[];
}

/** Payloads as JSON that the Temporal UI can read, and no plugins. */
export function temporalExtensions(): TemporalExtensions {
  return { dataConverter: {}, plugins: [] };
}
