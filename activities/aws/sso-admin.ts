import {
  CreateInstanceCommand,
  DeleteInstanceCommand,
  DescribeInstanceCommand,
  ListInstancesCommand,
  ListTagsForResourceCommand,
  type InstanceMetadata,
  type InstanceStatus,
  type SSOAdminClient,
  type Tag,
} from '@aws-sdk/client-sso-admin';
import { defined } from '../../contract';
import { failedAs } from '../errors/classify';
import { nextPage, readAllPages, required, type Call } from './call';

/** The parameters of CreateInstance. The SDK would fill in a missing token with a random one, so it is required here. */
interface CreateInstanceParameters {
  ClientToken: string;
  Name?: string;
  Tags: Tag[];
}

/** An instance as AWS describes it. */
export interface Instance {
  instanceArn: string;
  status: InstanceStatus;
  statusReason?: string;
  ownerAccountId?: string;
  identityStoreId?: string;
  region?: string;
  name?: string;
}

/** Identity Center of one account, seen from one Region. Every method throws what a {@link Call} throws. */
export interface IdentityCenter {
  /** The same, as seen from another Region. */
  inRegion(region: string): IdentityCenter;
  /** Answers with the ARN. */
  createInstance(parameters: CreateInstanceParameters): Promise<string>;
  /**
   * Describes an instance; `undefined` where it is deleted. AWS answers AccessDeniedException for a deleted instance, just
   * as for a lost permission, so it counts as deleted only where ListInstances does not show it either. So does one that
   * AWS does not find, which may only not have propagated.
   */
  describeInstance(instanceArn: string): Promise<Instance | undefined>;
  /** Lists the instances of the account itself, over all Regions; those of its organization are left out. */
  listOwnInstances(): Promise<Instance[]>;
  /** Lists the tags of an instance; `undefined` where it is deleted. */
  listTags(instanceArn: string): Promise<Map<string, string> | undefined>;
  /** Has an instance deleted; one that is deleted already is so. */
  deleteInstance(instanceArn: string): Promise<void>;
}

/** The operations of Identity Center. */
export function identityCenter(
  accountId: string,
  region: string,
  callIn: (region: string) => Call<SSOAdminClient>,
): IdentityCenter {
  const call = callIn(region);

  async function listOwnInstances(): Promise<Instance[]> {
    const seen = await readAllPages((from) =>
      call('read', 'ListInstances', async (client, options) => {
        const command = listAllRegions(new ListInstancesCommand(from));
        const { Instances = [], NextToken } = await client.send(command, options);
        return { items: Instances.map(readInstance), ...nextPage(NextToken, from) };
      }),
    );
    return seen.filter(({ ownerAccountId }) => ownerAccountId === accountId);
  }

  /** Answers as a call does, or with `undefined` where that fails as it does with a deleted instance. */
  async function unlessDeleted<T>(instanceArn: string, answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (!failedAs(error, 'permissionMissing', 'notFound')) throw error;
      const own = await listOwnInstances();
      if (own.some((it) => it.instanceArn === instanceArn)) throw error;
      return undefined;
    }
  }

  return {
    inRegion: (other) => identityCenter(accountId, other, callIn),
    createInstance: (parameters) =>
      call('write', 'CreateInstance', async (client, options) => {
        const { InstanceArn } = await client.send(new CreateInstanceCommand(parameters), options);
        return required(InstanceArn, 'InstanceArn');
      }),
    describeInstance: (InstanceArn) =>
      unlessDeleted(
        InstanceArn,
        call('read', 'DescribeInstance', async (client, options) => {
          const answer = await client.send(new DescribeInstanceCommand({ InstanceArn }), options);
          return readInstance({ ...answer, InstanceArn });
        }),
      ),
    listOwnInstances,
    async listTags(InstanceArn) {
      const pages = readAllPages((from) =>
        call('read', 'ListTagsForResource', async (client, options) => {
          const command = new ListTagsForResourceCommand({ InstanceArn, ResourceArn: InstanceArn, ...from });
          const { Tags = [], NextToken } = await client.send(command, options);
          return { items: Tags, ...nextPage(NextToken, from) };
        }),
      );
      const tags = await unlessDeleted(InstanceArn, pages);
      return tags && new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    },
    async deleteInstance(InstanceArn) {
      const deletion = call('write', 'DeleteInstance', async (client, options) => {
        await client.send(new DeleteInstanceCommand({ InstanceArn }), options);
      });
      await unlessDeleted(InstanceArn, deletion);
    },
  };
}

function readInstance(described: InstanceMetadata): Instance {
  return defined({
    instanceArn: required(described.InstanceArn, 'InstanceArn'),
    status: required(described.Status, 'Status'),
    statusReason: described.StatusReason,
    ownerAccountId: described.OwnerAccountId,
    identityStoreId: described.IdentityStoreId,
    region: described.PrimaryRegion,
    name: described.Name,
  });
}

/**
 * Makes ListInstances look over all Regions. `RegionScope` is in the service's API and in the AWS CLI; the model of
 * @aws-sdk/client-sso-admin 3.1138 lacks it and drops it, so it is put into the serialized body.
 */
function listAllRegions(command: ListInstancesCommand): ListInstancesCommand {
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: string | Uint8Array; headers: Record<string, string> };
      const body = typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body);
      const input = JSON.parse(body) as object;
      request.body = JSON.stringify({ ...input, RegionScope: 'ALL_REGIONS' });
      request.headers['content-length'] = String(Buffer.byteLength(request.body));
      return next(args);
    },
    { step: 'build', name: 'listAllRegions', priority: 'low' },
  );
  return command;
}
