import { isBuilt } from '../../sandbox/cluster';
import { findPostgres } from '../../sandbox/cluster/postgres';

/** Whether a cluster runs here without minutes of building: `npm run cluster` builds it. */
export const canRunCluster = isBuilt() && hasPostgres();

function hasPostgres(): boolean {
  try {
    return findPostgres() !== '';
  } catch {
    return false;
  }
}
