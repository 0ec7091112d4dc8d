import {
  describeManifestProblem,
  describeManifestProblems,
  readManifest,
  type ManifestDefaults,
  type ManifestRequest,
} from '../../client/manifest';

// What tests of manifests read, and how.

export const ONE = '111122223333';
export const TWO = '444455556666';
export const REGION_MESSAGE = 'must be an AWS Region code, such as "eu-west-1"';

export function read(name: string, content: string | Uint8Array, defaults?: ManifestDefaults) {
  return readManifest(
    { name, bytes: typeof content === 'string' ? Buffer.from(content) : content },
    defaults,
  );
}

export function requestsOf(
  name: string,
  content: string | Uint8Array,
  defaults?: ManifestDefaults,
): ManifestRequest[] {
  const outcome = read(name, content, defaults);
  if ('problems' in outcome) throw new Error(describeManifestProblems(name, outcome.problems));
  return outcome.requests;
}

/** Each as it is printed, without the name of the file. */
export function problemsOf(
  name: string,
  content: string | Uint8Array,
  defaults?: ManifestDefaults,
): string[] {
  const outcome = read(name, content, defaults);
  if ('requests' in outcome) throw new Error(`read: ${JSON.stringify(outcome.requests)}`);
  return outcome.problems.map((it) => describeManifestProblem('f', it).replace(/^f:\s*/, ''));
}

export const full: ManifestRequest[] = [
  {
    accountId: ONE,
    region: 'eu-west-1',
    name: 'workforce',
    existing: 'adopt',
    onCancel: 'keep',
    onFailure: 'hold',
    onCreateFailed: 'recreate',
    tags: { team: 'identity', 'cost.center': '42' },
    timing: {
      createTimeout: '2h',
      activeTimeout: '1h',
      accountReadyTimeout: '1h',
      holdTimeout: '1d',
      pollInterval: '1s',
      retry: { initialInterval: '2s', backoffCoefficient: 1.5, maximumInterval: '30s' },
    },
  },
  { accountId: TWO, region: 'us-east-1' },
];

export function leavesOf(value: object, path: string[] = []): [string, unknown][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null
      ? leavesOf(inner, [...path, key])
      : [[[...path, key].join('.'), inner] as [string, unknown]],
  );
}
export const leaves = leavesOf(full[0]!);
export const fullCsv = [
  leaves.map(([field]) => field).join(','),
  leaves.map(([, value]) => String(value)).join(','),
  leaves.map(([field]) => ({ accountId: TWO, region: 'us-east-1' })[field] ?? '').join(','),
].join('\n');
