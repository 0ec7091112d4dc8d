import { setWorkflowOptions } from '@temporalio/workflow';
import { bundleOptions } from '../../contract';

/**
 * States whether the version of the workers that began a run of this type ends it (`PINNED`), or the run goes with the version
 * that is current (`AUTO_UPGRADE`).
 *
 * A worker without Worker Versioning must not state it: the server refuses its every workflow task.
 */
export function stateVersioning(
  versioningBehavior: 'PINNED' | 'AUTO_UPGRADE',
  workflow: (...args: never[]) => Promise<unknown>,
): void {
  if (bundleOptions().isVersioned === true) setWorkflowOptions({ versioningBehavior }, workflow);
}
