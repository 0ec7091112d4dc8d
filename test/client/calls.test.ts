import { connectToTemporal } from '../../client';
import { openGate, type Gate } from '../support/gate';
import { until } from '../support/harness';
import { temporalAddress } from '../support/temporal';

let gate: Gate;
beforeAll(async () => {
  gate = await openGate(temporalAddress());
});
afterAll(() => gate.close());

test('a call that is about to be tried again when its connection is closed fails, and the process goes on', async () => {
  const { connection, workflowService } = await connectToTemporal({
    connectionOptions: { address: gate.address },
    namespace: 'default',
  });
  const asked = () => gate.seen.filter(({ path }) => path.endsWith('/ListNamespaces')).length;
  gate.judge = ({ ':path': path }) =>
    path?.endsWith('/ListNamespaces') === true ? { code: 8, message: 'too many' } : undefined;
  const called = workflowService.listNamespaces({});
  called.catch(() => undefined);
  await until(asked, (times) => times === 1);
  await connection.close();
  await expect(called).rejects.toThrow(/CANCELLED: Channel has been shut down/);
  expect(asked()).toBe(1);
});
