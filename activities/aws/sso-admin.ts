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
import { readAllPages, required, type Call } from './call';
import { listAllRegions } from './list-all-regions';

/** The parameters of CreateInstance. The SDK would fill in a missing token with a random one, so it is required here. */
export interface CreateInstanceParameters {
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
  createdAt?: Date;
}

/** Identity Center of one account, seen from one Region. Every method throws what a {@link Call} throws. */
export interface IdentityCenter {
  /** The same, as seen from another Region. */
  inRegion(region: string): IdentityCenter;
  /** Answers with the ARN. */
  createInstance(parameters: CreateInstanceParameters): Promise<string>;
  describeInstance(instanceArn: string): Promise<Instance>;
  /** Lists the instances of the account itself, over all Regions; those of its organization are left out. */
  listOwnInstances(): Promise<Instance[]>;
  listTags(instanceArn: string): Promise<Map<string, string>>;
  deleteInstance(instanceArn: string): Promise<void>;
}

/** The operations of Identity Center. */
export function identityCenter(
  accountId: string,
  region: string,
  callIn: (region: string) => Call<SSOAdminClient>,
): IdentityCenter {
  const call = callIn(region);
  return {
    inRegion: (other) => identityCenter(accountId, other, callIn),
    createInstance: (parameters) =>
      call('write', 'CreateInstance', async (client, options) => {
        const { InstanceArn } = await client.send(new CreateInstanceCommand(parameters), options);
        return required(InstanceArn, 'InstanceArn');
      }),
    describeInstance: (InstanceArn) =>
      call('read', 'DescribeInstance', async (client, options) => {
        const answer = await client.send(new DescribeInstanceCommand({ InstanceArn }), options);
        return readInstance({ ...answer, InstanceArn });
      }),
    async listOwnInstances() {
      const seen = await readAllPages((from) =>
        call('read', 'ListInstances', async (client, options) => {
          const command = listAllRegions(new ListInstancesCommand(from));
          const { Instances = [], NextToken } = await client.send(command, options);
          return { items: Instances.map(readInstance), NextToken };
        }),
      );
      return seen.filter(({ ownerAccountId }) => ownerAccountId === accountId);
    },
    async listTags(InstanceArn) {
      const tags = await readAllPages((from) =>
        call('read', 'ListTagsForResource', async (client, options) => {
          const command = new ListTagsForResourceCommand({ InstanceArn, ResourceArn: InstanceArn, ...from });
          const { Tags = [], NextToken } = await client.send(command, options);
          return { items: Tags, NextToken };
        }),
      );
      return new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    },
    deleteInstance: (InstanceArn) =>
      call('write', 'DeleteInstance', async (client, options) => {
        await client.send(new DeleteInstanceCommand({ InstanceArn }), options);
      }),
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
    createdAt: described.CreatedDate,
  });
}
