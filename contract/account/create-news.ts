import { z } from 'zod';

const createNewsSchema = z.object({
  /**
   * ARNs of the instances that the account had before the first CreateInstance. Absent: the activity has not come to send
   * one, so nothing can come of it.
   */
  existedBefore: z.array(z.string()).optional(),
  /** The instance that AWS has answered with. */
  instanceArn: z.string().optional(),
  /** The run has to act on the failure before it goes on, this many milliseconds later. */
  goOnAfterMs: z.number().min(0).optional(),
});

/**
 * What a failure of the activity that creates tells its run beside the failure itself: the second of its details. The same
 * object, where there is no failure to tell it, is in the heartbeat of an attempt that died.
 */
export type CreateNews = z.infer<typeof createNewsSchema>;

/** Reads the news out of what may hold them. */
export function readCreateNews(value: unknown): CreateNews | undefined {
  return createNewsSchema.safeParse(value).data;
}
