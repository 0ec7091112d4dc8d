import { randomUUID } from 'node:crypto';
import { AwsError } from './aws-error';
import type { FaultPlan } from './faults';
import { readInput, type Input, type Operation } from './model';
import { MANAGEMENT_ACCOUNT_ID, type EmulatedInstance, type Store } from './store';

/** Who calls, and where. */
export interface Caller {
  account: string;
  arn: string;
  region: string;
}

const ORGANIZATION_INSTANCE: EmulatedInstance = {
  instanceArn: 'arn:aws:sso:::instance/ssoins-0123456789abcdef',
  accountId: MANAGEMENT_ACCOUNT_ID,
  region: 'us-east-1',
  status: 'ACTIVE',
  tags: {},
  identityStoreId: 'd-0123456789',
  createdDate: '2023-11-15T00:00:00.000Z',
  clientToken: '',
};

type Answer = Record<string, unknown>;
type Handlers = { [O in Operation]: (input: Input<O>, caller: Caller) => Answer };

/** The operations of Identity Center. Each throws {@link AwsError}. */
export function createSsoAdmin(store: Store, faults: FaultPlan) {
  function createInstance(input: Input<'CreateInstance'>, { account, region }: Caller): Answer {
    const token = input.ClientToken ?? randomUUID();
    const name = input.Name;
    const tags = readTags(input.Tags ?? []);
    const parameters = JSON.stringify([name ?? null, Object.entries(tags).sort(), region]);
    const known = store.token(account, token, faults.get(account, 'tokenTtlMs'));
    if (known !== undefined) {
      if (known.parameters !== parameters) throw mismatch();
      const deletedToken = faults.get(account, 'deletedToken') ?? 'sameArn';
      if (store.find(known.instanceArn) !== undefined || deletedToken === 'sameArn') {
        return { InstanceArn: known.instanceArn };
      }
      if (deletedToken === 'IdempotentParameterMismatch') throw mismatch();
      if (deletedToken !== 'newInstance')
        throw new AwsError(deletedToken, 'The instance of this token is deleted.');
    }
    if (account === MANAGEMENT_ACCOUNT_ID) {
      const message = 'Organization management account is not allowed to perform the operation.';
      throw new AwsError('AccessDeniedException', message);
    }
    if (faults.get(account, 'organizationForbids') === true) {
      const message = `The organization management account (${MANAGEMENT_ACCOUNT_ID}) does not allow its members to create instances.`;
      throw new AwsError('AccessDeniedException', message);
    }
    const existing = store.ofAccount(account);
    if (existing !== undefined) {
      throw new AwsError(
        faults.get(account, 'existsError') ?? 'ConflictException',
        'An instance exists already.',
      );
    }
    const failure = faults.get(account, 'createFails');
    const instanceArn = store.createInstance({
      account,
      region,
      ...(name !== undefined && { name }),
      tags,
      token,
      creationMs: faults.get(account, 'creationMs') ?? 1000,
      ...(failure !== undefined && { failure }),
    });
    store.rememberToken(account, token, instanceArn, parameters);
    return { InstanceArn: instanceArn };
  }

  const seesOrganization = (account: string) => faults.get(account, 'organizationInstance') === true;

  function listInstances(input: Input<'ListInstances'>, { account, region }: Caller): Answer {
    const visible = store
      .list({ account })
      .filter((it) => input.RegionScope === 'ALL_REGIONS' || it.region === region);
    if (seesOrganization(account)) visible.unshift(ORGANIZATION_INSTANCE);
    const [page, nextToken] = paginate(visible, input.MaxResults ?? 100, input.NextToken);
    return { Instances: page.map(describe), ...(nextToken !== undefined && { NextToken: nextToken }) };
  }

  /** The instance, where the caller may see it; to anybody else it is as if there were none, as after its deletion. */
  function visibleInstance(
    operation: Operation,
    instanceArn: string,
    { account, arn, region }: Caller,
  ): EmulatedInstance {
    if (instanceArn === ORGANIZATION_INSTANCE.instanceArn && seesOrganization(account))
      return ORGANIZATION_INSTANCE;
    const instance = store.find(instanceArn);
    if (instance?.accountId === account && instance.region === region) return instance;
    const message = `User: ${arn} is not authorized to perform: sso:${operation} on resource: ${instanceArn}`;
    throw new AwsError('AccessDeniedException', message);
  }

  /** In CREATE_IN_PROGRESS only DescribeInstance and DeleteInstance may be called. */
  function settledInstance(operation: Operation, instanceArn: string, caller: Caller): EmulatedInstance {
    const instance = visibleInstance(operation, instanceArn, caller);
    if (instance.status === 'ACTIVE') return instance;
    throw new AwsError('ConflictException', `The instance is ${instance.status}.`);
  }

  const handlers: Handlers = {
    CreateInstance: createInstance,
    ListInstances: listInstances,
    DescribeInstance: (input, caller) =>
      describe(visibleInstance('DescribeInstance', input.InstanceArn, caller)),
    DeleteInstance: (input, caller) => {
      const { instanceArn } = visibleInstance('DeleteInstance', input.InstanceArn, caller);
      store.deleteInstance(instanceArn, faults.get(caller.account, 'deletionMs') ?? 500);
      return {};
    },
    UpdateInstance: (input, caller) => {
      const { instanceArn } = settledInstance('UpdateInstance', input.InstanceArn, caller);
      if (input.EncryptionConfiguration !== undefined || input.PermissionSetsEnabled !== undefined) {
        const message = 'The operation is not supported for this Identity Center instance';
        throw new AwsError('ValidationException', message);
      }
      store.change(instanceArn, (instance) => {
        if (input.Name !== undefined) instance.name = input.Name;
      });
      return {};
    },
    TagResource: (input, caller) => {
      const { instanceArn, tags } = settledInstance('TagResource', input.ResourceArn, caller);
      const all = { ...tags, ...readTags(input.Tags) };
      if (Object.keys(all).length > 75) throw new AwsError('ServiceQuotaExceededException', 'Too many tags.');
      store.change(instanceArn, (instance) => {
        instance.tags = all;
      });
      return {};
    },
    UntagResource: (input, caller) => {
      const { instanceArn } = settledInstance('UntagResource', input.ResourceArn, caller);
      store.change(instanceArn, (instance) => {
        for (const key of input.TagKeys) Reflect.deleteProperty(instance.tags, key);
      });
      return {};
    },
    ListTagsForResource: (input, caller) => {
      const { tags } = settledInstance('ListTagsForResource', input.ResourceArn, caller);
      const [page, nextToken] = paginate(Object.entries(tags), 20, input.NextToken);
      return {
        Tags: page.map(([Key, Value]) => ({ Key, Value })),
        ...(nextToken !== undefined && { NextToken: nextToken }),
      };
    },
  };

  return function perform(operation: Operation, input: unknown, caller: Caller): Answer {
    // The handler and the input are of the same operation, which the types cannot follow through the table.
    const handle = handlers[operation] as (input: unknown, caller: Caller) => Answer;
    return handle(readInput(operation, input), caller);
  };
}

function mismatch(): AwsError {
  const message = 'The token was used before with other parameters.';
  return new AwsError('IdempotentParameterMismatch', message);
}

function readTags(tags: { Key: string; Value: string }[]): Record<string, string> {
  const read = new Map(tags.map(({ Key, Value }) => [Key, Value]));
  if (read.size < tags.length) throw new AwsError('ValidationException', 'A tag key is given twice.');
  return Object.fromEntries(read);
}

function describe(instance: EmulatedInstance): Answer {
  const createdDate = Date.parse(instance.createdDate) / 1000;
  return {
    InstanceArn: instance.instanceArn,
    IdentityStoreId: instance.identityStoreId,
    OwnerAccountId: instance.accountId,
    ...(instance.name !== undefined && { Name: instance.name }),
    CreatedDate: createdDate,
    Status: instance.status,
    ...(instance.statusReason !== undefined && { StatusReason: instance.statusReason }),
    PrimaryRegion: instance.region,
    Regions: [
      { RegionName: instance.region, Status: 'ACTIVE', AddedDate: createdDate, IsPrimaryRegion: true },
    ],
  };
}

function paginate<T>(all: T[], size: number, token: string | undefined): [T[], string | undefined] {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isSafeInteger(start) || start < 0)
    throw new AwsError('ValidationException', 'The NextToken is not valid.');
  const end = start + size;
  return [
    all.slice(start, end),
    end < all.length ? Buffer.from(String(end)).toString('base64url') : undefined,
  ];
}
