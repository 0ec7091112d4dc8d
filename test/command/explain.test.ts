import { FAILURES } from '../../contract';
import { findFailures, knownFailures } from '../../command/known-failures';
import { call, documentOf } from '../support/command';

test('a failure is explained: what it means, what becomes of the call, what to do, also in a hold', async () => {
  const { code, stdout } = await call(['explain', 'instanceexists']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Means +the account has an instance/);
  expect(stdout).toMatch(/The call +stops/);
  expect(stdout).toMatch(/Next step +To use that instance/);
  expect(stdout).toMatch(/In a hold +Delete that instance/);
});

test('a type that stands for several situations tells them all, in JSON as well', async () => {
  const { stdout } = await call(['explain', 'AccessDeniedException']);
  expect(stdout).toContain('4 situations have this name');
  const { failures } = documentOf(await call(['explain', 'AccessDeniedException', '--json']));
  expect(failures).toMatchObject([
    { situation: 'permissionMissing', retry: 'untilAccountReady' },
    { situation: 'explicitDeny' },
    { situation: 'organizationForbids', retry: 'stop', remedy: FAILURES.organizationForbids.remedy },
    { situation: 'managementAccount' },
  ]);
});

test('without a name all are listed, those first that are tried again', async () => {
  const { stdout } = await call(['explain']);
  const [retried = '', stopped = ''] = stdout.split('\n\n');
  expect(retried).toContain('ThrottlingException');
  expect(stopped).toMatch(/InstanceExists +the account has an instance/);
  for (const { types } of knownFailures()) expect(stdout).toContain(types[0] ?? '?');
});

test.each([
  ['TooManyRequestsException', 'throttled'],
  ['RequestTimeout', 'answerLost'],
  ['organizationForbids', 'organizationForbids'],
])('%s is found as %s', (name, situation) => {
  expect(findFailures(name)).toMatchObject([{ situation }]);
});
