import { problem, type Place } from './problems';
import { entryAt, isObject, type Parsed } from './entry';

// org-formation's organization.yml: resources by their logical names, of which some are accounts.

const ACCOUNT = 'OC::ORG::Account';
const MANAGEMENT = ['OC::ORG::MasterAccount', 'OC::ORG::ManagementAccount'];
const SKIP = "it is the organization's management account, which can have no account instance";

/** Tells a file by a text that no other has: its tags (`!Ref`, `!GetAtt`) are read by org-formation only. */
export function mentionsOrgFormation(text: string): boolean {
  return /OC::ORG::|2010-09-09-OC/.test(text);
}

export function isOrgFormation(value: Record<string, unknown>): boolean {
  const { Organization: resources } = value;
  return isObject(resources) && Object.values(resources).some((it) => typeOf(it).startsWith('OC::ORG::'));
}

/** Reads the accounts of an organization.yml: their IDs. Names and tags there are those of the accounts, not of instances. */
export function readOrgFormation(value: Record<string, unknown>, place: Place): Parsed {
  const parsed: Parsed = { accounts: [], problems: [] };
  const inner = (outer: Place, key: string) =>
    outer.fields().find((field) => field.key === key)?.value ?? outer;
  const lacking: [name: string, line: number][] = [];
  for (const [name, resource] of Object.entries(value['Organization'] as object)) {
    const isManagement = MANAGEMENT.includes(typeOf(resource));
    if (!isManagement && typeOf(resource) !== ACCOUNT) continue;
    const at = () => inner(inner(inner(place, 'Organization'), name), 'Properties');
    const { Properties: properties } = resource as { Properties?: unknown };
    const accountId = isObject(properties) ? properties['AccountId'] : undefined;
    if (accountId !== undefined)
      parsed.accounts.push(
        entryAt({ accountId }, at, { id: 'AccountId', skip: isManagement ? SKIP : undefined }),
      );
    else if (!isManagement) lacking.push([name, at().line]);
  }
  const [first] = lacking;
  if (first === undefined) return parsed;
  const message = `this organization.yml of org-formation gives ${lacking.length} of its accounts (${first[0].slice(0, 60)}) no AccountId: add it, or start a fleet from "aws organizations list-accounts --output json"`;
  return { ...parsed, problems: [problem(first[1], undefined, message)] };
}

function typeOf(resource: unknown): string {
  return isObject(resource) && typeof resource['Type'] === 'string' ? resource['Type'] : '';
}
