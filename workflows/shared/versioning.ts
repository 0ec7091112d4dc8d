import { setWorkflowOptions } from '@temporalio/workflow';

/** The worker that loads the bundle says so, before it: `readVersionedBundle` in worker/bundle.ts. */
const { identityCenterIsVersioned: isVersioned = false } = globalThis as {
  identityCenterIsVersioned?: boolean;
};

/**
 * States whether the version of the workers that began a run of this type ends it (`PINNED`), or the run goes with the version
 * that is current (`AUTO_UPGRADE`).
 *
 * A worker without Worker Versioning must not state it: the server refuses its every workflow task.
 */
export function stateVersioning<Args extends unknown[], Result>(
  versioningBehavior: 'PINNED' | 'AUTO_UPGRADE',
  workflow: (...args: Args) => Promise<Result>,
): void {
  if (isVersioned) setWorkflowOptions({ versioningBehavior }, workflow);
}
