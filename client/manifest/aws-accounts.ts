import { describeState, inactiveState, readAccountArn, requestFields } from '../../contract';
import { once } from './problems';

// The lists of accounts that AWS makes: the CSV of the Organizations console, the answers of `list-accounts` and
// `list-accounts-for-parent`, and what shells and Terraform make of them.

/** What a column, or a key, of a list of AWS holds; `other` is of no use here. */
export type AwsPart = 'accountId' | 'status' | 'arn' | 'other';

/** Names that only a list of AWS has, without blanks and signs. `State` is taking over from `Status`. */
const ONLY_AWS = new Map<string, AwsPart>([
  ['arn', 'arn'],
  ['status', 'status'],
  ['state', 'status'],
  ['email', 'other'],
  ['joinedmethod', 'other'],
  ['joinedtimestamp', 'other'],
]);
/** As AWS spells the ID: beside it, `Name` is the name of the account. */
const AWS_IDS = ['Account ID', 'Id'];

const lettersOf = (name: string) => name.toLowerCase().replaceAll(/[^a-z]/g, '');
const isId = (name: string) => ['accountid', 'id'].includes(lettersOf(name));
const isCapital = (name: string) => /^[A-Z]/.test(name);

const fields = once(requestFields);

/** A column `Region` is one that a person added. */
const isField = (name: string) =>
  name !== 'Name' &&
  fields().some(({ path, kind }) => {
    const [text, field] = [name.toLowerCase(), path.toLowerCase()];
    return text === field || (kind === 'tags' && text.startsWith(`${field}.`));
  });

/**
 * Tells which columns, or keys, are those of a list of AWS. The others are fields of a request, so that a list may be given
 * a column `region`. The name in a list of AWS is that of the account, and never becomes the instance's.
 */
export function awsParts(names: readonly string[]): ReadonlyMap<string, AwsPart> {
  const parts = new Map<string, AwsPart>();
  const id = names.includes('accountId') ? 'accountId' : names.find(isId);
  if (id === undefined) return parts;
  parts.set(id, 'accountId');
  const others = names.filter((name) => name !== id);
  const isList =
    others.some((name) => ONLY_AWS.has(lettersOf(name))) || (AWS_IDS.includes(id) && others.includes('Name'));
  if (!isList) return parts;
  // As Terraform and SQL have it: id, arn, email, name, joined_method.
  const isSmall = id !== 'accountId' && !isCapital(id);
  for (const name of others) {
    const part = ONLY_AWS.get(lettersOf(name)) ?? (isSmall && name === 'name' ? 'other' : undefined);
    // What AWS adds to its lists begins with a capital, as no field of ours does.
    const isAws = isSmall ? part !== undefined : isCapital(name) && !isField(name);
    if (isAws || part === 'status') parts.set(name, part ?? 'other');
  }
  return parts;
}

/** Says why an account of a list of AWS is not provisioned; `undefined` where it is. */
export function skipReason(states: readonly unknown[], arn: unknown): string | undefined {
  const account = readAccountArn(arn);
  if (account !== undefined && account.managementAccountId === account.accountId)
    return "it is the organization's management account, which can have no account instance";
  const state = inactiveState(states);
  return state === undefined ? undefined : describeState(state);
}

/** An account of a list of AWS, as a request has it. */
export interface AwsAccount {
  input: Record<string, unknown>;
  /** What the list calls the account's ID. */
  id: string;
  skip?: string | undefined;
}

/** Reads an object of a list of AWS; `undefined` where it is none. */
export function readAwsAccount(value: Record<string, unknown>): AwsAccount | undefined {
  const names = Object.keys(value);
  // Most are requests, and 100,000 of them are looked at.
  if (!names.some((name) => name !== 'accountId' && (isId(name) || ONLY_AWS.has(lettersOf(name)))))
    return undefined;
  const parts = awsParts(names);
  const valuesOf = (part: AwsPart) =>
    names.filter((name) => parts.get(name) === part).map((name) => value[name]);
  const [id = 'accountId'] = names.filter((name) => parts.get(name) === 'accountId');
  const own = names.filter((name) => !parts.has(name)).map((name) => [name, value[name]]);
  const accountId = value[id];
  return {
    input: Object.fromEntries([
      ...(accountId === undefined ? [] : [['accountId', accountId]]),
      ...own,
    ]) as Record<string, unknown>,
    id,
    skip: skipReason(valuesOf('status'), valuesOf('arn')[0]),
  };
}
