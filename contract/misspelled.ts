import { editDistance } from './edit-distance';
import type { Environment } from './environment';

const PREFIX = 'IDENTITYCENTER';

/** The variables of our own that anything here reads. */
export const OUR_VARIABLES = [
  'IDENTITY_CENTER_TASK_QUEUE',
  'IDENTITY_CENTER_ROLE_ARN',
  'IDENTITY_CENTER_EXTERNAL_ID',
  'IDENTITY_CENTER_MAX_CONCURRENT_CALLS',
  'IDENTITY_CENTER_MAX_CALLS_PER_SECOND',
  'IDENTITY_CENTER_MAX_CONCURRENT_WORKFLOW_TASKS',
  'IDENTITY_CENTER_MAX_CACHED_WORKFLOWS',
  'IDENTITY_CENTER_MAX_POLLERS',
  'IDENTITY_CENTER_STICKY_TIMEOUT',
  'IDENTITY_CENTER_SHUTDOWN_GRACE_TIME',
  'IDENTITY_CENTER_WORKER_IDENTITY',
  'IDENTITY_CENTER_METRICS_ADDRESS',
  'IDENTITY_CENTER_LOG_LEVEL',
  'IDENTITY_CENTER_SESSION_POLICY',
  'IDENTITY_CENTER_ALLOWED_ACCOUNTS',
  'IDENTITY_CENTER_ORGANIZATION_ID',
  'IDENTITY_CENTER_ORGANIZATION_ROLE_ARN',
  'IDENTITY_CENTER_ENCRYPTION_KEYS_FILE',
  'IDENTITY_CENTER_RECEIVERS_FILE',
  'IDENTITY_CENTER_CODEC_ORIGINS',
  'IDENTITY_CENTER_CODEC_TOKENS_FILE',
  'IDENTITY_CENTER_CODEC_JWKS_URL',
  'IDENTITY_CENTER_CODEC_ISSUER',
  'IDENTITY_CENTER_CODEC_AUDIENCE',
  'IDENTITY_CENTER_CODEC_USERS',
  'IDENTITY_CENTER_HOME',
  'IDENTITY_CENTER_NEW_REGIONS',
  'IDENTITY_CENTER_EVENT_RULES_FILE',
  'IDENTITY_CENTER_QUEUE_ROLE_ARN',
  'IDENTITY_CENTER_QUEUE_URL',
] as const;

/** So much of a name may be wrong, and it is still that name. */
const MOST_WRONG = 0.3;

/** A variable that nothing reads, and the one that is meant. */
export interface MisspelledVariable {
  name: string;
  meant: string;
}

/**
 * Finds the variables of an environment that are nearly one of ours, and read by nobody. What only begins as ours do may be
 * anybody's: Kubernetes sets such for a service of that name.
 */
export function findMisspelled(env: Environment): MisspelledVariable[] {
  return Object.keys(env).flatMap((name) => {
    if (!letters(name).startsWith(PREFIX) || isOurs(name)) return [];
    const meant = nearest(name);
    return meant === undefined ? [] : [{ name, meant }];
  });
}

function isOurs(name: string): boolean {
  return (OUR_VARIABLES as readonly string[]).includes(name);
}

function nearest(name: string): string | undefined {
  const [best] = OUR_VARIABLES.map((ours) => ({ ours, wrong: share(bare(name), bare(ours)) })).sort(
    (one, other) => one.wrong - other.wrong,
  );
  return best !== undefined && best.wrong <= MOST_WRONG ? best.ours : undefined;
}

/** A name without what separates its words. */
function letters(name: string): string {
  return name.toUpperCase().replaceAll('_', '');
}

/** The part of a name that tells it from the others. */
function bare(name: string): string {
  return letters(name).slice(PREFIX.length);
}

function share(given: string, ours: string): number {
  // Cut short, as ROLE for ROLE_ARN.
  if (given.length >= 4 && (ours.startsWith(given) || ours.endsWith(given))) return 0.1;
  return editDistance(given, ours) / ours.length;
}
