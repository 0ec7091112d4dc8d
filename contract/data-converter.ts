import type { DataConverter } from '@temporalio/common';

/**
 * What worker, client and command put around what they send through Temporal. All take the same: what one of them encodes,
 * the others can decode. `encryption/` reads those of the package from the environment.
 */
export interface TemporalExtensions {
  /**
   * Codecs of payloads, and the converter of failures where that is to encode what a failure says (see
   * `contract/failures/encoding-converter.ts`). The converters that workflows decode with are in their bundle.
   */
  readonly dataConverter: Pick<DataConverter, 'payloadCodecs' | 'failureConverterPath'>;
  /** Plugins of the Temporal SDK, for clients and workers alike; they bring interceptors. */
  readonly plugins: readonly { readonly name: string }[];
}
