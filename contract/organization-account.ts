import { oneLine } from './text';

// What AWS Organizations says of an account, by its API or in the lists that people keep.

const STATES = new Map([
  ['SUSPENDED', 'AWS has suspended it'],
  ['CLOSED', 'it is closed'],
  ['PENDING_CLOSURE', 'it is being closed'],
  ['PENDING_ACTIVATION', 'it is not active yet'],
]);

/**
 * Chooses the state of an account that is not ACTIVE of what its `State` and its `Status` say; `undefined` where it is
 * ACTIVE, or nothing says otherwise.
 */
export function inactiveState(states: readonly unknown[]): string | undefined {
  const others = states
    .map((it) => (typeof it === 'string' ? oneLine(it, 40).toUpperCase().replaceAll(' ', '_') : ''))
    .filter((state) => state !== '' && state !== 'ACTIVE');
  // Where there are two, State says it more exactly than Status, for which all of them are SUSPENDED.
  return others.find((it) => it !== 'SUSPENDED') ?? others[0];
}

/** Says what a state that is not ACTIVE means: `AWS has suspended it (SUSPENDED)`. */
export function describeState(state: string): string {
  return `${STATES.get(state) ?? 'it is not active'} (${state})`;
}

const ACCOUNT_ARN = /^arn:aws[a-z-]*:organizations::(\d{12}):account\/(o-[a-z0-9]+)\/(\d{12})$/;

/** Reads an account's ARN: its organization, and whose that is; `undefined` where it is none. */
export function readAccountArn(
  arn: unknown,
): { managementAccountId: string; organizationId: string; accountId: string } | undefined {
  const [, managementAccountId, organizationId, accountId] =
    (typeof arn === 'string' ? ACCOUNT_ARN.exec(arn) : undefined) ?? [];
  if (managementAccountId === undefined || organizationId === undefined || accountId === undefined)
    return undefined;
  return { managementAccountId, organizationId, accountId };
}
