import path from 'node:path';
import { userFolder } from '../temporal-server';

/** Where a system keeps what its services keep. PostgreSQL, which does not run as root, does not come into root's home. */
const OF_ROOT = '/var/lib/identity-center-orchestrator';

/** Where the cluster of this user is, unless another folder is named: in `IDENTITY_CENTER_HOME`, else in the user's data folder. */
export function clusterFolder(env: NodeJS.ProcessEnv = process.env): string {
  const home = env['IDENTITY_CENTER_HOME'] ?? (process.getuid?.() === 0 ? OF_ROOT : userFolder('data', env));
  return path.resolve(home, 'cluster');
}
