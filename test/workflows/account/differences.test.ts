import { TagResourceCommand, UntagResourceCommand, UpdateInstanceCommand } from '@aws-sdk/client-sso-admin';
import { freshAccount } from '../../support/harness';
import { failureOf, startProvisioning, type ProvisioningHarness } from '../../support/provisioning';
import { notesOf } from '../../support/steering';

let harness: ProvisioningHarness;
beforeAll(async () => {
  harness = await startProvisioning();
});
afterAll(() => harness.stop());

const asked = { name: 'workforce', tags: { team: 'identity', cost: '1' } };

async function change(account: string, instanceArn: string): Promise<void> {
  const owner = await harness.owner(account);
  const resource = { InstanceArn: instanceArn, ResourceArn: instanceArn };
  await owner.send(new UpdateInstanceCommand({ InstanceArn: instanceArn, Name: 'renamed' }));
  await owner.send(new TagResourceCommand({ ...resource, Tags: [{ Key: 'team', Value: 'other' }] }));
  await owner.send(new UntagResourceCommand({ ...resource, TagKeys: ['cost'] }));
}

const CHANGED = [
  { field: 'name', asked: 'workforce', actual: 'renamed' },
  { field: 'tags.team', asked: 'identity', actual: 'other' },
  { field: 'tags.cost', asked: '1' },
];

test('an instance that is as asked for: no difference is told, made now or before, and one just made costs no look at its tags', async () => {
  const account = freshAccount();
  const created = await harness.provision(account, {}, asked);
  expect(created.outcome).toBe('created');
  expect(harness.calls(account, 'ListTagsForResource')).toBe(0);
  const again = await harness.provision(account, {}, asked);
  expect(again).toEqual({ ...created, outcome: 'alreadyProvisioned' });
  // Whoever asks for less gets what is there.
  const less = await harness.provision(account, {}, {});
  expect(less.differences).toBeUndefined();
});

test('one that was changed in AWS since is told in the result and in a note, and stays as it is', async () => {
  const account = freshAccount();
  const { instanceArn } = await harness.provision(account, {}, asked);
  await change(account, instanceArn);
  const again = await harness.provision(account, {}, asked);
  expect(again).toMatchObject({ outcome: 'alreadyProvisioned', instanceArn, differences: CHANGED });
  expect(await notesOf(harness, account)).toEqual([
    `${instanceArn} stays as it is: name is "renamed", asked for "workforce"; tags.team is "other", asked for "identity"; tags.cost is not set, asked for "1"`,
  ]);
  expect(harness.created(account)).toMatchObject([{ name: 'renamed', instanceArn }]);
});

test('another name and other tags than those of the earlier run are told', async () => {
  const account = freshAccount();
  await harness.provision(account, {}, asked);
  const again = await harness.provision(
    account,
    {},
    { name: 'other', tags: { team: 'identity', extra: 'x' } },
  );
  expect(again.differences).toEqual([
    { field: 'name', asked: 'other', actual: 'workforce' },
    { field: 'tags.extra', asked: 'x' },
  ]);
});

test('adopt takes what is in the asked Region, adoptAnywhere what is in any, and both tell what it is not', async () => {
  const [here, elsewhere] = [freshAccount(), freshAccount()];
  await harness.createdBySomebodyElse(here);
  const away = await harness.createdBySomebodyElse(elsewhere, 'us-east-1');
  expect(await harness.provision(here, {}, { existing: 'adopt', name: 'workforce' })).toMatchObject({
    outcome: 'adopted',
    region: 'eu-west-1',
    differences: [{ field: 'name', asked: 'workforce' }],
  });
  const refused = await failureOf(harness.provision(elsewhere, {}, { existing: 'adopt' }));
  expect(refused).toMatchObject({
    type: 'InstanceExists',
    whatHappened: expect.stringContaining(
      `in another Region than the one that was asked for: ${away} in us-east-1`,
    ) as string,
    remedy: expect.stringContaining('existing "adoptAnywhere"') as string,
  });
  expect(await harness.provision(elsewhere, {}, { existing: 'adoptAnywhere' })).toMatchObject({
    outcome: 'adopted',
    region: 'us-east-1',
    differences: [{ field: 'region', asked: 'eu-west-1', actual: 'us-east-1' }],
  });
  expect(harness.created(elsewhere)).toHaveLength(1);
});

test("the account's own instance in another Region is refused with the way to it, and is not deleted by asking elsewhere", async () => {
  const account = freshAccount();
  await harness.provision(account, {}, { region: 'us-east-1' });
  const { remedy } = await failureOf(harness.provision(account, {}));
  expect(remedy).toMatch(
    /use it where it is start the run again with existing "adoptAnywhere"; else delete it/,
  );
  await harness.client.deprovision({ accountId: account });
  expect(await harness.provision(account, {})).toMatchObject({ outcome: 'created', region: 'eu-west-1' });
});
