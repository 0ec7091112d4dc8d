import { cancellationSignal } from '@temporalio/activity';
import { accessAws, Pacer } from '../../activities';
import { clientToken, workflowIdOf } from '../../contract';
import { emulatorSettings } from '../../sandbox';

/** The calls of a run, by the product's own way to AWS: so that what is compared is all around the calls. */
export function bareActivities(emulatorUrl: string) {
  const { openAccount } = accessAws(emulatorSettings(emulatorUrl), Date.now, new Pacer(undefined));
  const open = (accountId: string) =>
    openAccount(accountId, 'eu-west-1', {
      cancellation: cancellationSignal(),
      timeToAnswer: () => 10_000,
      onAnswer: () => undefined,
    }).identityCenter;

  return {
    /** AssumeRole, ListInstances, CreateInstance; answers with the ARN. */
    async create(accountId: string): Promise<string> {
      const identityCenter = open(accountId);
      await identityCenter.listOwnInstances();
      const ClientToken = clientToken(workflowIdOf(accountId));
      return identityCenter.createInstance({ ClientToken, Tags: [] });
    },
    /** DescribeInstance; answers with the identity store. A status other than ACTIVE is tried again by Temporal. */
    async look(accountId: string, instanceArn: string): Promise<string> {
      const instance = await open(accountId).describeInstance(instanceArn);
      if (instance?.status !== 'ACTIVE') throw new Error(`${instanceArn} is not ACTIVE`);
      return instance.identityStoreId ?? '';
    },
    nothing: async (): Promise<void> => Promise.resolve(),
  };
}

export type BareActivities = ReturnType<typeof bareActivities>;
