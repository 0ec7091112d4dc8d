import {
  DescribeAccountCommand,
  DescribeOrganizationalUnitCommand,
  OrganizationsClient,
  paginateListParents,
  paginateListTagsForResource,
} from '@aws-sdk/client-organizations';
import { IdentityCenterError, type ErrorCategory } from '../../client';
import { askFacts, oneLine, type FactSource } from '../../contract';
import type { LookUp } from '../events';

/** What a person has to mend; anything else (throttling, credentials that have expired, no answer) may pass by itself. */
const FINAL = /AccessDenied|NotFound|NotInUse|InvalidInput|UnsupportedAPIEndpoint/;

/**
 * Thrown where Organizations does not say what the rules ask for; nothing was started. The category is `failed` where it
 * never will, as it refuses, and else `unreachable`.
 */
export class LookUpError extends IdentityCenterError {
  override readonly name = 'LookUpError';
  readonly category: ErrorCategory;

  constructor(
    readonly accountId: string,
    error: unknown,
  ) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const isFinal = FINAL.test(name);
    super(
      `Account ${accountId}: AWS Organizations does not say what the rules ask for: ${name}: ${oneLine(message, 500).replace(/\.$/, '')}. Nothing was started. ${isFinal ? REMEDY : LATER}`,
      { cause: error },
    );
    this.category = isFinal ? 'failed' : 'unreachable';
  }
}

const REMEDY =
  'Give who asks organizations:DescribeAccount, ListTagsForResource, ListParents and DescribeOrganizationalUnit, in the management account or a delegated administrator; then send the event again.';

const LATER = 'Send the event again; a queue does so by itself.';

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
      return await askFacts(factsFrom((made ??= new OrganizationsClient({}))), accountId, facts);
    } catch (error) {
      throw new LookUpError(accountId, error);
    }
  };
}

function factsFrom(client: OrganizationsClient): FactSource {
  return {
    async accountName(AccountId) {
      return (await client.send(new DescribeAccountCommand({ AccountId }))).Account?.Name;
    },
    async tags(ResourceId) {
      const tags = new Map<string, string>();
      for await (const { Tags: some = [] } of paginateListTagsForResource({ client }, { ResourceId }))
        for (const { Key: key, Value: value = '' } of some) if (key !== undefined) tags.set(key, value);
      return Object.fromEntries(tags);
    },
    async parent(ChildId) {
      // An empty page is not the last.
      for await (const { Parents: [parent] = [] } of paginateListParents({ client }, { ChildId }))
        if (parent?.Id !== undefined) return { id: parent.Id, isRoot: parent.Type === 'ROOT' };
      return undefined;
    },
    async unitName(OrganizationalUnitId) {
      const asked = new DescribeOrganizationalUnitCommand({ OrganizationalUnitId });
      return (await client.send(asked)).OrganizationalUnit?.Name;
    },
  };
}
