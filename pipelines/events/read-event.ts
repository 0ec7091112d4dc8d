import { z } from 'zod';
import { defined, oneLine, type Problem } from '../../contract';
import type { AccountEvent, EventFacts, Happening, OrganizationalUnit } from './happening';
import { isHolder, ownOf, type Holder } from './json';
import { holderOf, readPart, unreadable, Unreadable, wordOf } from './parts';

/** Reads an event of AWS, whole or shortened. Never throws. */
export function readEvent(input: unknown): AccountEvent | { problem: Problem } {
  try {
    return read(input);
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.problem };
    // Only an object of a program can be like that: a getter that throws, a revoked proxy.
    return { problem: { field: 'event', message: 'cannot be read' } };
  }
}

/** The events that tell of an account that was vended, with the service that sends each and the field that says how it went. */
const VENDING = {
  CreateManagedAccount: { service: 'controltower', status: 'createManagedAccountStatus' },
  // What Control Tower sends of a creation that was tried again, and whenever an account is enrolled anew.
  UpdateManagedAccount: { service: 'controltower', status: 'updateManagedAccountStatus' },
  CreateAccountResult: { service: 'organizations', status: 'createAccountStatus' },
} as const;
const LEAVING = { CloseAccount: 'closed', RemoveAccountFromOrganization: 'removed' } as const;
const SERVICES = ['controltower', 'organizations', 'account'];
const REGION_CHANGE = 'Region Opt-In Status Change';

type Vending = keyof typeof VENDING;

function read(input: unknown): AccountEvent {
  const event = holderOf(input, 'event');
  const isWhole = event['detail'] !== undefined;
  const detail = isWhole ? holderOf(event['detail'], 'detail') : event;
  const at = isWhole ? 'detail.' : '';
  checkVersions(event, detail, at);
  const service = serviceOf(event, detail, at);
  const facts = (name: string): EventFacts => ({
    name,
    ...defined({
      id: wordOf(event['id']) ?? wordOf(detail['eventID']),
      at: wordOf(event['time']) ?? wordOf(detail['eventTime']),
    }),
  });
  const answer = (name: string, happening: Happening): AccountEvent => ({
    facts: facts(name),
    happening,
    senders: sendersOf(event, detail, at),
  });
  const type = wordOf(event['detail-type']);
  if (service !== undefined && !SERVICES.includes(service))
    return answer(wordOf(detail['eventName']) ?? type ?? 'event', {
      kind: 'other',
      reason: `it is an event of ${service}`,
    });
  if (type === REGION_CHANGE || (service === 'account' && detail['regionName'] !== undefined))
    return answer(REGION_CHANGE, readRegionChange(detail, at));
  const name = nameOf(detail, at);
  const from = (sender: string) => {
    if (service !== undefined && service !== sender)
      throw unreadable(`${at}eventName`, `${name} is no event of ${service}`);
  };
  if (isOneOf(VENDING, name)) {
    from(VENDING[name].service);
    return answer(name, readVending(name, detail, at));
  }
  if (isOneOf(LEAVING, name)) {
    from('organizations');
    return answer(name, readLeaving(LEAVING[name], detail, at));
  }
  return answer(name, { kind: 'other', reason: `${name} is none of the events that are served` });
}

function isOneOf<T extends object>(table: T, name: PropertyKey): name is keyof T {
  return Object.hasOwn(table, name);
}

/** Of another version, a field may mean something else. */
function checkVersions({ version }: Holder, detail: Holder, at: string): void {
  if (at !== '' && version !== undefined && version !== '0')
    throw unreadable('version', 'must be "0": no other version of the events of EventBridge is known');
  const { eventVersion } = detail;
  if (eventVersion !== undefined && !(typeof eventVersion === 'string' && /^1\.\d{1,3}$/.test(eventVersion)))
    throw unreadable(`${at}eventVersion`, 'must be 1 and a minor version, such as "1.08"');
}

/** Says which service sent an event, as `organizations`; `undefined` where it was shortened. */
function serviceOf({ source }: Holder, detail: Holder, at: string): string | undefined {
  const named = [
    ['source', source, /^aws\.([a-z0-9-]{1,60})$/],
    [`${at}eventSource`, detail['eventSource'], /^([a-z0-9-]{1,60})\.amazonaws\.com(?:\.cn)?$/],
  ] as const;
  const services = named.flatMap(([field, value, form]) => {
    if (value === undefined || value === null) return [];
    if (typeof value !== 'string') throw unreadable(field, 'must be a text');
    return [form.exec(value)?.[1] ?? (oneLine(value, 60) || 'a source without a name')];
  });
  const [first, second] = services;
  if (second !== undefined && second !== first)
    throw unreadable(`${at}eventSource`, 'is of another service than source');
  return first;
}

/** The name of an event, or the one that its status goes with, as people leave the name out. */
function nameOf(detail: Holder, at: string): string {
  const { eventName } = detail;
  if (typeof eventName === 'string' && eventName.trim() !== '') return oneLine(eventName, 100) || 'event';
  if (eventName !== undefined && eventName !== null && typeof eventName !== 'string')
    throw unreadable(`${at}eventName`, 'must be a text');
  const { holder } = detailsOf(detail, at);
  const name = (Object.keys(VENDING) as Vending[]).find((it) => holder[VENDING[it].status] !== undefined);
  if (name === undefined) throw unreadable(`${at}eventName`, 'is required');
  return name;
}

/** Finds what a service says of its event: an object, a JSON text, or left out by whoever shortened the event. */
function detailsOf(detail: Holder, at: string): { holder: Holder; at: string } {
  const { serviceEventDetails: details } = detail;
  if (details === undefined || details === null) return { holder: detail, at };
  const field = `${at}serviceEventDetails`;
  return { holder: holderOf(details, field), at: `${field}.` };
}

const accountId = z.string().regex(/^\d{12}$/, 'must be an AWS account ID: 12 digits');
const state = z.enum(['SUCCEEDED', 'FAILED']);
const vendedSchema = z.object({ accountId });

function readVending(name: Vending, detail: Holder, at: string): Happening {
  const found = detailsOf(detail, at);
  const field = `${found.at}${VENDING[name].status}`;
  const status = holderOf(found.holder[VENDING[name].status], field);
  const { state: outcome } = readPart(z.object({ state }), { state: status['state'] }, field);
  const isOfControlTower = VENDING[name].service === 'controltower';
  const account = isOfControlTower ? (status['account'] ?? {}) : status;
  const parts = isHolder(account) ? ownOf(account) : {};
  const accountName = nameOfAccount(parts['accountName']);
  if (outcome === 'FAILED') {
    const said = wordOf(status['failureReason']) ?? wordOf(status['message']);
    // "Not Available" where there is none.
    const known = vendedSchema.safeParse({ accountId: parts['accountId'] }).data?.accountId;
    return {
      kind: 'vendingFailed',
      reason: said ?? 'AWS gives no reason',
      ...defined({ accountId: known, accountName }),
    };
  }
  const place = isOfControlTower ? `${field}.account` : field;
  const { accountId } = readPart(vendedSchema, { accountId: parts['accountId'] }, place);
  return {
    kind: 'vended',
    accountId,
    ...defined({
      accountName,
      organizationalUnit: isOfControlTower ? unitOf(status['organizationalUnit']) : undefined,
    }),
  };
}

/** Organizations masks the name. */
function nameOfAccount(value: unknown): string | undefined {
  const name = wordOf(value);
  return name === undefined || /^\*+$/.test(name) ? undefined : name;
}

function unitOf(value: unknown): OrganizationalUnit | undefined {
  if (!isHolder(value)) return undefined;
  const { organizationalUnitId: id, organizationalUnitName: name } = ownOf(value);
  const unit = defined({ id: wordOf(id), name: wordOf(name) });
  return Object.keys(unit).length === 0 ? undefined : unit;
}

function readLeaving(kind: 'closed' | 'removed', detail: Holder, at: string): Happening {
  const { errorCode } = detail;
  const field = `${at}requestParameters`;
  // CloudTrail tells of the calls that AWS refused as well.
  if (errorCode !== undefined && errorCode !== null)
    return { kind: 'idle', reason: `AWS refused the call: ${wordOf(errorCode) ?? 'an error'}` };
  const { accountId } = readPart(
    vendedSchema,
    { accountId: holderOf(detail['requestParameters'], field)['accountId'] },
    field,
  );
  return { kind, accountId };
}

const regionSchema = z.object({
  accountId,
  regionName: z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be the code of a Region, such as "af-south-1"'),
  status: z.string().min(1, 'must not be empty'),
});

function readRegionChange(detail: Holder, at: string): Happening {
  const { accountId: account, regionName, status } = detail;
  const read = readPart(regionSchema, { accountId: account, regionName, status }, at.slice(0, -1));
  if (read.status !== 'ENABLED')
    return {
      kind: 'idle',
      accountId: read.accountId,
      reason: `the Region ${read.regionName} is ${oneLine(read.status, 40) || 'in no status'}, not ENABLED`,
    };
  return { kind: 'regionEnabled', accountId: read.accountId, region: read.regionName };
}

/** The account that sent an event, as EventBridge and as CloudTrail have it. */
function sendersOf(event: Holder, detail: Holder, at: string): AccountEvent['senders'] {
  const named = [
    ['account', at === '' ? undefined : event['account']],
    [`${at}recipientAccountId`, detail['recipientAccountId']],
  ] as const;
  return named.flatMap(([field, value]) => {
    if (value === undefined || value === null) return [];
    return [{ field, accountId: readPart(vendedSchema, { accountId: value }, field, field).accountId }];
  });
}
