export { describeManifestProblem, describeManifestProblems, type ManifestProblem } from './problems';
export { readManifest } from './read-manifest';
export type { ManifestRequest, ReadManifest } from './requests';
