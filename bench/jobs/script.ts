/** What a team writes first: a loop over the accounts, with the retries of the AWS SDK. */
import { answerQuestions } from './answer';
import { createInstance, openAccount, waitForActive } from './plain-aws';

answerQuestions(async (accountId) => {
  const client = await openAccount(accountId);
  // No ClientToken: the SDK fills in a random one, the same for its own retries only.
  return waitForActive(client, await createInstance(client, {}));
});
