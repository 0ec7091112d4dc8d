import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findMisspelled, OUR_VARIABLES } from '../../contract';

const ROOT = path.join(__dirname, '../..');

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

test('every variable of ours that the product reads is known', () => {
  const sources = ['activities', 'client', 'command', 'contract', 'encryption', 'sandbox', 'worker'].flatMap(
    (folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(path.join(ROOT, folder, file), 'utf8')),
  );
  const read = new Set(sources.flatMap((source) => source.match(/\bIDENTITY_CENTER_[A-Z_]+\b/g) ?? []));
  expect([...OUR_VARIABLES].sort()).toEqual([...read].sort());
});
