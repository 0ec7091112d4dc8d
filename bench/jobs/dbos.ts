/** The same calls as a DBOS workflow of two steps. `DATABASE_URL` says where its state is. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { LRUCache } from 'lru-cache';
import { clientToken } from '../../client';
import { answerQuestions } from './answer';
import { createInstance, listInstances, openAccount, waitForActive } from './plain-aws';

const RETRIED = { retriesAllowed: true, maxAttempts: 10, intervalSeconds: 1, backoffRate: 2 };

/** Both steps of an account go by one session, as with us. */
const sessions = new LRUCache<string, ReturnType<typeof openAccount>>({ max: 1_000 });

function session(accountId: string): ReturnType<typeof openAccount> {
  const opened = sessions.get(accountId) ?? openAccount(accountId);
  sessions.set(accountId, opened);
  return opened;
}

async function create(accountId: string): Promise<string> {
  const client = await session(accountId);
  await listInstances(client);
  return createInstance(client, { ClientToken: clientToken(`identity-center/${accountId}`) });
}

const provision = DBOS.registerWorkflow(
  async (accountId: string) => {
    const arn = await DBOS.runStep(() => create(accountId), { name: 'create', ...RETRIED });
    const look = async () => waitForActive(await session(accountId), arn);
    return DBOS.runStep(look, { name: 'look', ...RETRIED });
  },
  { name: 'provision' },
);

async function main(): Promise<void> {
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: process.env['DATABASE_URL'] ?? '',
    systemDatabasePoolSize: 20,
    logLevel: 'error',
  });
  // Takes up what a killed process of the same name has left.
  await DBOS.launch();
  answerQuestions(async (accountId) => {
    const handle = await DBOS.startWorkflow(provision, { workflowID: accountId })(accountId);
    return handle.getResult();
  });
}

void main();
