/** The service of Temporal's that a process serves. */
export type Service = 'frontend' | 'history' | 'matching' | 'worker';

/** The processes of Temporal's server, in the order in which they are started on an empty database. */
export const MEMBERS = {
  frontend: 'frontend',
  'history-1': 'history',
  'history-2': 'history',
  'matching-1': 'matching',
  'matching-2': 'matching',
  worker: 'worker',
} as const satisfies Record<string, Service>;

/** A process of Temporal's server. */
export type MemberName = keyof typeof MEMBERS;

/** A process of the cluster. */
export type PartName = 'postgresql' | MemberName | 'ui';

export const MEMBER_NAMES = Object.keys(MEMBERS) as MemberName[];

/** Every process, each after those that it needs. */
export const PART_NAMES: readonly PartName[] = ['postgresql', ...MEMBER_NAMES, 'ui'];

export function isPartName(text: string): text is PartName {
  return PART_NAMES.some((name) => name === text);
}
