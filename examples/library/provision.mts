import {
  IdentityCenterClient,
  InvalidRequestError,
  RequestDiffersError,
  RunCancelledError,
  RunFailedError,
} from 'identity-center-orchestrator';

const [accountId = ''] = process.argv.slice(2);
const client = await IdentityCenterClient.connect();
try {
  // Starts the run of the account, or joins its open run; `result` waits for its end.
  const run = await client.start({
    accountId,
    region: 'eu-west-1',
    name: 'workforce',
    tags: { team: 'identity' },
  });
  console.log(run.joined ? 'joined' : 'started', run.workflowId);
  const { instanceArn, outcome } = await client.result(run);
  console.log(outcome, instanceArn);
} catch (error) {
  if (error instanceof RunFailedError) {
    const { situation, whatHappened, remedy, awsRequestId } = error.failure;
    console.error({ situation, whatHappened, remedy, awsRequestId });
  } else if (error instanceof RequestDiffersError) {
    console.error('the open run was asked for something else', error.differences);
  } else if (error instanceof InvalidRequestError) {
    console.error('nothing was sent', error.problems);
  } else if (error instanceof RunCancelledError) {
    console.error('cancelled; left there:', error.left ?? 'nothing');
  } else {
    throw error;
  }
  process.exitCode = 1;
}

// Where the account stands, and which accounts wait for a person.
const { stage, instanceArn, pending } = await client.status(accountId);
console.log(stage, instanceArn, pending?.failure);
for await (const held of client.list({ stage: 'held' })) console.log(held.accountId, 'is held');
await client.close();
