import { DefaultFailureConverter } from '@temporalio/common';
import { bundleOptions } from '../../contract';

/** As {@link ../../contract/failures/encoding-converter}, where the worker encrypts. */
export const failureConverter = new DefaultFailureConverter({
  encodeCommonAttributes: bundleOptions().encodesFailures === true,
});
