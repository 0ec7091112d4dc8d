import { DefaultFailureConverter } from '@temporalio/common';
import { bundleOptions } from '../../contract';

/** Of the workflow bundle: as contract/failures/encoding-converter.ts where the worker encrypts, else the SDK's. */
export const failureConverter = new DefaultFailureConverter({
  encodeCommonAttributes: bundleOptions().encodesFailures === true,
});
