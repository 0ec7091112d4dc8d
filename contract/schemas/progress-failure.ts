import { z } from 'zod';
import type { ProgressFailure } from '../account/progress';
import { FAILURES } from '../failures/table';
import { oneOf, text, type Shape } from './shape';

export const situation = oneOf(FAILURES).describe(
  'the row of the table of failures: what alone tells apart the failures of one type',
);

export const awsRequestId = text('what AWS Support asks for');

export const progressFailure = z.object({
  type: text('the AWS error name, or one of our own failure types'),
  situation: situation.exactOptional(),
  message: text('the account, what happened, and the next step: reads well on its own'),
  whatHappened: text('what happened, without the account and the next step'),
  awsRequestId: awsRequestId.exactOptional(),
  remedy: text('the next step').exactOptional(),
} satisfies Shape<ProgressFailure>) satisfies z.ZodType<ProgressFailure>;
