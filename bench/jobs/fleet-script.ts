/** A fleet as a team writes it first: p-limit around `script.ts`. `AWS_RETRY_MODE` chooses among the SDK's retries. */
import pLimit from 'p-limit';
import { timed } from '../work';
import { answerQuestions } from './answer';
import { createInstance, openAccount, waitForActive } from './plain-aws';

answerQuestions(
  async (accountId) => {
    const client = await openAccount(accountId);
    return waitForActive(client, await createInstance(client, {}));
  },
  (accounts, concurrency, work) => {
    const limit = pLimit(concurrency);
    return Promise.all(accounts.map((account) => limit(() => timed(() => work(account)))));
  },
);
