import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { WorkerDeploymentOptions } from '@temporalio/worker';
import { z } from 'zod';
import { bundleHash } from './bundle';
import { packageRoot } from './package-root';

/** Which Worker Deployment Version a worker is of, as Temporal names it. */
export interface WorkerVersion {
  /** Name of the Worker Deployment. Default: none, the worker serves every run of its task queue, of whatever version. */
  deploymentName?: string;
  /** What tells this build from others. Default: {@link defaultBuildId}. */
  buildId?: string;
}

/** The name that a worker without Worker Versioning goes by: it changes nothing but what Temporal lists. */
const UNVERSIONED_NAME = 'identity-center';

const packageSchema = z.object({ version: z.string() });

/** Makes the build ID of this package: its version, and the beginning of the hash of its workflow bundle. */
export function defaultBuildId(): string {
  const { version } = packageSchema.parse(
    JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')),
  );
  return `${version}-${bundleHash().slice(0, 8)}`;
}

/**
 * Says to the SDK which version a worker is of.
 *
 * Worker Versioning is on where the deployment has a name. It is not on by itself: Temporal gives a version no work before
 * somebody has made it current.
 */
export function deploymentOptions({
  deploymentName,
  buildId = defaultBuildId(),
}: WorkerVersion): WorkerDeploymentOptions {
  if (deploymentName === undefined)
    return { version: { deploymentName: UNVERSIONED_NAME, buildId }, useWorkerVersioning: false };
  return {
    version: { deploymentName, buildId },
    useWorkerVersioning: true,
    // Each workflow of this package states its own: workflows/shared/versioning.ts.
    defaultVersioningBehavior: 'PINNED',
  };
}
