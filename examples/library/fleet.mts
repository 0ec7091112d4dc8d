import { IdentityCenterClient } from 'identity-center-orchestrator';

const [name = '', ...accountIds] = process.argv.slice(2);
const client = await IdentityCenterClient.connect();

// Five calls to Identity Center a second over all workers, from now on, and until it is set to `undefined`.
await client.setRate(5);
await client.fleets.start({
  name,
  accounts: accountIds.map((accountId) => ({ accountId, region: 'eu-west-1' })),
  maxConcurrent: 10,
  stopAfterFailures: '5%',
});
for await (const { stage, accounts, succeeded, failed, held } of client.fleets.watch(name))
  console.log(`${stage}: ${succeeded} of ${accounts} succeeded, ${failed} failed, ${held} held`);

for await (const { accountId, end, instanceArn, failure } of client.fleets.outcomes(name))
  console.log(accountId, end, instanceArn ?? failure?.remedy);
await client.setRate(undefined);
await client.close();
