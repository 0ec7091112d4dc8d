export { ClusterRunsError, requireFreeFolder } from './control';
export { clusterFolder } from './folder';
export { startCluster, type Cluster, type ClusterOptions, type PartStatus } from './cluster';
export { MissingProgramError } from './missing-program';
export { MEMBER_NAMES, PART_NAMES, type PartName } from './parts';
export { ClusterFolderError, startPostgres, type Postgres } from './postgres';
export { EARLIER_SERVER_VERSION, isBuilt, SERVER_VERSION } from './programs';
export { PartStartError } from './part';
export type { ClusterSecurity } from './security';
