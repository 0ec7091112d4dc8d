/** The same job as a DBOS workflow with a step per call: `node dbos.js DATABASE_URL`. */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { clientToken } from '../../client';
import { answerQuestions } from './answer';
import { createInstance, openAccount, waitForActive } from './plain-aws';

const RETRIED = { retriesAllowed: true, maxAttempts: 10, intervalSeconds: 1, backoffRate: 2 };

const provision = DBOS.registerWorkflow(
  async (accountId: string) => {
    const arn = await DBOS.runStep(
      async () =>
        createInstance(await openAccount(accountId), {
          ClientToken: clientToken(`identity-center/${accountId}`),
        }),
      { name: 'createInstance', ...RETRIED },
    );
    return DBOS.runStep(async () => waitForActive(await openAccount(accountId), arn), {
      name: 'waitForActive',
      ...RETRIED,
    });
  },
  { name: 'provision' },
);

async function main(systemDatabaseUrl: string): Promise<void> {
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl,
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

void main(process.argv[2] ?? '');
