import { z } from 'zod';
import type { InstanceDifference } from '../account/differences';

/**
 * What a schema of an interface is made of: a schema for each of its properties, and of no other. The compiler refuses one
 * that the interface has changed under.
 */
export type Shape<T> = {
  [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K>
    ? z.ZodExactOptional<z.ZodType<NonNullable<T[K]>>>
    : z.ZodType<T[K]>;
};

/** The keys of a table, as the one of them that a value is. */
export function oneOf<K extends string>(table: Readonly<Record<K, unknown>>) {
  return z.enum(Object.keys(table) as K[]);
}

export const text = (description: string) => z.string().describe(description);

export const time = (description: string) => z.string().meta({ description, format: 'date-time' });

/** A whole number, from 0 up. */
export const whole = (description: string) => z.number().int().min(0).describe(description);

export const instanceDifferences = z
  .array(
    z.object({
      field: text('`region`, `name`, or a tag: `tags.team`'),
      asked: text('what was asked for'),
      actual: text('what the instance has').exactOptional(),
    } satisfies Shape<InstanceDifference>),
  )
  .describe('where the instance is not what was asked for, and stays as it is');
