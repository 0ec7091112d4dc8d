import {
  DescribeAccountCommand,
  DescribeOrganizationalUnitCommand,
  ListParentsCommand,
  OrganizationsClient,
  paginateListTagsForResource,
} from '@aws-sdk/client-organizations';
import { IdentityCenterError } from '../../client';
import { oneLine } from '../../contract';
import type { KnownFacts, LookUp } from '../events';
import type { UnknownFact } from '../rules';

/** Thrown where Organizations does not say what the rules ask for; nothing was started. */
export class LookUpError extends IdentityCenterError {
  override readonly name = 'LookUpError';
  readonly category = 'failed';

  constructor(
    readonly accountId: string,
    error: unknown,
  ) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    super(
      `Account ${accountId}: AWS Organizations does not say what the rules ask for: ${name}: ${oneLine(message, 500)} Nothing was started. ${REMEDY}`,
      { cause: error },
    );
  }
}

const REMEDY =
  'Give who asks organizations:DescribeAccount, ListTagsForResource, ListParents and DescribeOrganizationalUnit, in the management account or a delegated administrator; then send the event again.';

/** Units nest five deep, says AWS; the root is above them. */
const MOST_PARENTS = 10;

const ASKS: Record<UnknownFact, (client: OrganizationsClient, accountId: string) => Promise<KnownFacts>> = {
  accountName: askName,
  tags: askTags,
  organizationalUnit: askUnits,
};

/**
 * Makes the look-up that asks AWS Organizations for what rules ask for and no event says: the account's tags, its name, and all
 * of the organizational units that it is in.
 *
 * @param client default: as the AWS SDK finds Region and credentials. It needs the management account, or a delegated administrator
 */
export function lookUpInOrganizations(client?: OrganizationsClient): LookUp {
  let made = client;
  return async (accountId, facts) => {
    try {
      const asked = (made ??= new OrganizationsClient({}));
      const found = await Promise.all(facts.map((it) => ASKS[it](asked, accountId)));
      return Object.assign({}, ...found) as KnownFacts;
    } catch (error) {
      throw new LookUpError(accountId, error);
    }
  };
}

async function askName(client: OrganizationsClient, AccountId: string): Promise<KnownFacts> {
  const { Account: account } = await client.send(new DescribeAccountCommand({ AccountId }));
  return { accountName: account?.Name ?? '' };
}

async function askTags(client: OrganizationsClient, ResourceId: string): Promise<KnownFacts> {
  const tags = new Map<string, string>();
  for await (const { Tags: some = [] } of paginateListTagsForResource({ client }, { ResourceId }))
    for (const { Key: key, Value: value = '' } of some) if (key !== undefined) tags.set(key, value);
  return { tags: Object.fromEntries(tags) };
}

async function askUnits(client: OrganizationsClient, accountId: string): Promise<KnownFacts> {
  const organizationalUnits: string[] = [];
  let child = accountId;
  for (let above = 0; above < MOST_PARENTS; above++) {
    const { Parents: [parent] = [] } = await client.send(new ListParentsCommand({ ChildId: child }));
    if (parent?.Id === undefined) break;
    organizationalUnits.push(parent.Id);
    if (parent.Type === 'ROOT') break;
    const { OrganizationalUnit: unit } = await client.send(
      new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: parent.Id }),
    );
    if (unit?.Name !== undefined) organizationalUnits.push(unit.Name);
    child = parent.Id;
  }
  return { organizationalUnits };
}
