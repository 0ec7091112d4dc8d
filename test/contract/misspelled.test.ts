import { findMisspelled, OUR_VARIABLES } from '../../contract';
import { workerSettingsSchema } from '../../worker';

test.each([
  ['IDENTITY_CENTER_TASKQUEUE', 'IDENTITY_CENTER_TASK_QUEUE'],
  ['IDENTITY_CENTER_TASK_QEUE', 'IDENTITY_CENTER_TASK_QUEUE'],
  ['identity_center_task_queue', 'IDENTITY_CENTER_TASK_QUEUE'],
  ['IDENTITYCENTER_HOME', 'IDENTITY_CENTER_HOME'],
  ['IDENTITY_CENTER_ROLE', 'IDENTITY_CENTER_ROLE_ARN'],
  ['IDENTITY_CENTER_LOGLEVEL', 'IDENTITY_CENTER_LOG_LEVEL'],
  ['IDENTITY_CENTER_MAX_CALLS_PER_SEC', 'IDENTITY_CENTER_MAX_CALLS_PER_SECOND'],
])('%s is taken for %s', (name, meant) => {
  expect(findMisspelled({ [name]: 'x' })).toEqual([{ name, meant }]);
});

test('ours, and what others call so, are no mistakes', () => {
  const names = [...OUR_VARIABLES, 'IDENTITY_CENTER_PORT', 'IDENTITY_CENTER_SERVICE_HOST', 'TASK_QUEUE'];
  expect(findMisspelled(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([]);
});

test('every setting of a worker is known', () => {
  expect(OUR_VARIABLES).toEqual(expect.arrayContaining(Object.keys(workerSettingsSchema.shape)));
});
