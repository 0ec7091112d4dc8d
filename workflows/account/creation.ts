import type { ApplicationFailure } from '@temporalio/workflow';
import type { ActiveInstance } from '../../activities';
import type { Stage } from '../../contract';
import type { CreateFailed } from './activities';
import type { Origin } from './origins';

/** The instance that a run goes on with. */
export interface Instance {
  instanceArn: string;
  region: string;
  origin: Origin;
}

/**
 * What a run knows of the instance that it asks for, and what follows:
 *
 *     notSent ──► sent ──► made ──► ACTIVE, the end
 *        ▲         │        ├─────► gone ─────────────► notSent, with the next token
 *        └─────────┤        └─────► createFailed ─────► deleted: notSent, with the next token
 *    no call left  └─────► failed ─► a look: made, or with nothing there notMade; after a Conflict sent again
 *
 * After the last token the run stops with `GenerationsExhausted`, where it is. From `notMade` a `retry` sends the same token
 * again, or with a correction the next.
 */
export type Creation =
  /** No call with the token can have left. */
  | { is: 'notSent' }
  /** CreateInstance was called, and what came of it is not known: AWS may have made an instance. */
  | { is: 'sent' }
  /** CreateInstance ended for good, and no look has shown since what there is: nothing is sent before one has. */
  | { is: 'failed'; failure: ApplicationFailure }
  /** AWS has refused, and shows no instance. */
  | { is: 'notMade' }
  /** There is an instance to go on with; `outcome`: it is ACTIVE. */
  | { is: 'made'; instance: Instance; outcome?: ActiveInstance }
  /** The instance is CREATE_FAILED, and still there. */
  | { is: 'createFailed'; instance: Instance; outcome: CreateFailed };

/** The stage in which a run goes on from what it knows. */
export const STAGE_AFTER: Record<Creation['is'], Stage> = {
  notSent: 'creating',
  sent: 'creating',
  failed: 'reconciling',
  notMade: 'creating',
  made: 'waitingForActive',
  createFailed: 'rollingBack',
};

/** Names an instance for people. */
export function arnAndRegion({ instanceArn, region }: Pick<Instance, 'instanceArn' | 'region'>): string {
  return `${instanceArn} in ${region}`;
}
