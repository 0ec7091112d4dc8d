import { randomUUID } from 'node:crypto';
import { defined } from '../../../contract';
import { MANAGEMENT_ACCOUNT_ID } from '../access-keys';
import type { EmulatedInstance } from '../instances';
import { AwsError, jsonProtocol } from '../protocols';
import { operation, type CallDetails, type Caller, type Service, type ServiceContext } from '../service';
import { inputs, type Input } from './sso-admin-inputs';

const ORGANIZATION_INSTANCE: EmulatedInstance = {
  instanceArn: 'arn:aws:sso:::instance/ssoins-0123456789abcdef',
  accountId: MANAGEMENT_ACCOUNT_ID,
  region: 'us-east-1',
  status: 'ACTIVE',
  tags: {},
  identityStoreId: 'd-0123456789',
  createdDate: '2023-11-15T00:00:00.000Z',
  createdDateOfAws: '2023-11-15T00:00:00.000Z',
  clientToken: '',
};

/** What AWS's user guide says that creating an instance takes. */
const CREATE_ACTIONS = [
  'sso:CreateInstance',
  'sso:TagResource',
  'sso:TagInstance',
  'iam:CreateServiceLinkedRole',
  'identitystore:CreateIdentityStore',
];

/** The administration of Identity Center. */
export function createSsoAdmin({ instances, faults }: ServiceContext): Service {
  function createInstance(input: Input<'CreateInstance'>, { account, region }: Caller): object {
    const token = input.ClientToken ?? randomUUID();
    const name = input.Name;
    const tags = readTags(input.Tags ?? []);
    const parameters = JSON.stringify([name ?? null, Object.entries(tags).sort(), region]);
    const known = instances.token(account, token, faults.get(account, 'tokenTtlMs'));
    if (known !== undefined) {
      if (known.parameters !== parameters) throw mismatch();
      const deletedToken = faults.get(account, 'deletedToken') ?? 'sameArn';
      if (instances.find(known.instanceArn) !== undefined || deletedToken === 'sameArn') {
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
    if (instances.list({ account }).length > 0 && faults.get(account, 'secondInstance') !== true) {
      throw new AwsError(
        faults.get(account, 'existsError') ?? 'ConflictException',
        'An instance exists already.',
      );
    }
    const instanceArn = instances.create({
      account,
      region,
      name,
      tags,
      token,
      createdAt: faults.now(account),
      creationMs: faults.get(account, 'creationMs') ?? 1000,
      failure: faults.get(account, 'createFails'),
    });
    instances.rememberToken(account, token, instanceArn, parameters);
    return { InstanceArn: instanceArn };
  }

  const seesOrganization = (account: string) => faults.get(account, 'organizationInstance') === true;

  function listInstances(input: Input<'ListInstances'>, { account, region }: Caller): object {
    const visible = instances
      .list({ account })
      .filter((it) => input.RegionScope === 'ALL_REGIONS' || it.region === region);
    if (seesOrganization(account)) visible.unshift(ORGANIZATION_INSTANCE);
    const [page, nextToken] = paginate(visible, input.MaxResults ?? 100, input.NextToken);
    return defined({ Instances: page.map(describe), NextToken: nextToken });
  }

  /** The instance, where the caller may see it; to anybody else it is as if there were none, as after its deletion. */
  function visibleInstance(
    operationName: string,
    instanceArn: string,
    { account, arn, region }: Caller,
  ): EmulatedInstance {
    if (instanceArn === ORGANIZATION_INSTANCE.instanceArn && seesOrganization(account))
      return ORGANIZATION_INSTANCE;
    const instance = instances.find(instanceArn);
    if (instance?.accountId === account && instance.region === region) return instance;
    if (faults.get(account, 'goneError') === 'ResourceNotFoundException')
      throw new AwsError('ResourceNotFoundException', `There is no instance ${instanceArn}.`);
    const message = `User: ${arn} is not authorized to perform: sso:${operationName} on resource: ${instanceArn}`;
    throw new AwsError('AccessDeniedException', message);
  }

  /** In CREATE_IN_PROGRESS only DescribeInstance and DeleteInstance may be called. */
  function settledInstance(operationName: string, instanceArn: string, caller: Caller): EmulatedInstance {
    const instance = visibleInstance(operationName, instanceArn, caller);
    if (instance.status === 'ACTIVE') return instance;
    throw new AwsError('ConflictException', `The instance is ${instance.status}.`);
  }

  const operations = {
    CreateInstance: operation({
      schema: inputs.CreateInstance,
      actions: CREATE_ACTIONS,
      perform: createInstance,
      details: createDetails,
    }),
    ListInstances: operation({ schema: inputs.ListInstances, perform: listInstances }),
    DescribeInstance: operation({
      schema: inputs.DescribeInstance,
      perform: (input, caller) => describe(visibleInstance('DescribeInstance', input.InstanceArn, caller)),
      details: ({ InstanceArn }) => ({ instanceArn: InstanceArn }),
    }),
    DeleteInstance: operation({
      schema: inputs.DeleteInstance,
      actions: ['sso:DeleteInstance', 'identitystore:DeleteIdentityStore'],
      perform: (input, caller) => {
        const { instanceArn } = visibleInstance('DeleteInstance', input.InstanceArn, caller);
        instances.delete(instanceArn, faults.get(caller.account, 'deletionMs') ?? 500);
        return {};
      },
      details: ({ InstanceArn }) => ({ instanceArn: InstanceArn }),
    }),
    UpdateInstance: operation({
      schema: inputs.UpdateInstance,
      perform: (input, caller) => {
        const { instanceArn } = settledInstance('UpdateInstance', input.InstanceArn, caller);
        if (input.EncryptionConfiguration !== undefined || input.PermissionSetsEnabled !== undefined) {
          const message = 'The operation is not supported for this Identity Center instance';
          throw new AwsError('ValidationException', message);
        }
        instances.change(instanceArn, (instance) => {
          if (input.Name !== undefined) instance.name = input.Name;
        });
        return {};
      },
    }),
    TagResource: operation({
      schema: inputs.TagResource,
      perform: (input, caller) => {
        const { instanceArn, tags } = settledInstance('TagResource', input.ResourceArn, caller);
        const all = { ...tags, ...readTags(input.Tags) };
        if (Object.keys(all).length > 75)
          throw new AwsError('ServiceQuotaExceededException', 'Too many tags.');
        instances.change(instanceArn, (instance) => {
          instance.tags = all;
        });
        return {};
      },
    }),
    UntagResource: operation({
      schema: inputs.UntagResource,
      perform: (input, caller) => {
        const { instanceArn } = settledInstance('UntagResource', input.ResourceArn, caller);
        instances.change(instanceArn, (instance) => {
          for (const key of input.TagKeys) Reflect.deleteProperty(instance.tags, key);
        });
        return {};
      },
    }),
    ListTagsForResource: operation({
      schema: inputs.ListTagsForResource,
      perform: (input, caller) => {
        const { tags } = settledInstance('ListTagsForResource', input.ResourceArn, caller);
        const [page, nextToken] = paginate(Object.entries(tags), 20, input.NextToken);
        return defined({ Tags: page.map(([Key, Value]) => ({ Key, Value })), NextToken: nextToken });
      },
    }),
  };
  return { protocol: jsonProtocol('SWBExternalService'), prefix: 'sso', throttled: true, operations };
}

/** The token and the parameters of a CreateInstance: an oracle compares them. */
function createDetails({ ClientToken, Name, Tags }: Input<'CreateInstance'>): CallDetails {
  const tags = Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key, Value]));
  return defined({ token: ClientToken, parameters: defined({ name: Name, tags }) });
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

function describe(instance: EmulatedInstance): object {
  const createdDate = Date.parse(instance.createdDateOfAws) / 1000;
  return defined({
    InstanceArn: instance.instanceArn,
    IdentityStoreId: instance.identityStoreId,
    OwnerAccountId: instance.accountId,
    Name: instance.name,
    CreatedDate: createdDate,
    Status: instance.status,
    StatusReason: instance.statusReason,
    PrimaryRegion: instance.region,
    Regions: [
      { RegionName: instance.region, Status: 'ACTIVE', AddedDate: createdDate, IsPrimaryRegion: true },
    ],
  });
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
