import { createWorker, readWorkerSettings } from '../../worker';
import { ActivitySlots } from '../../worker/activity-slots';
import { readTuning, sdkTuning } from '../../worker/tuning';

const DEFAULTS = readTuning({});
const slots = new ActivitySlots(0);

test('what is not set has its default, in code and in the environment', () => {
  expect(DEFAULTS).toEqual({
    maxConcurrentCalls: 100,
    maxConcurrentWorkflowTasks: 40,
    maxCachedWorkflows: 1_000,
    maxPollers: 10,
    stickyTimeout: '2s',
    shutdownGraceTime: '8s',
  });
  expect(readWorkerSettings({ IDENTITY_CENTER_MAX_POLLERS: ' ' })).toMatchObject(DEFAULTS);
});

test('each setting of the environment reaches the SDK', () => {
  const settings = readWorkerSettings({
    IDENTITY_CENTER_MAX_CONCURRENT_CALLS: '300',
    IDENTITY_CENTER_MAX_CONCURRENT_WORKFLOW_TASKS: '80',
    IDENTITY_CENTER_MAX_CACHED_WORKFLOWS: '5000',
    IDENTITY_CENTER_MAX_POLLERS: '20',
    IDENTITY_CENTER_STICKY_TIMEOUT: '1.5s',
    IDENTITY_CENTER_SHUTDOWN_GRACE_TIME: '20s',
  });
  expect(sdkTuning(settings, slots)).toEqual({
    tuner: {
      activityTaskSlotSupplier: slots,
      workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: 80 },
      localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: 80 },
      nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: 50 },
    },
    maxCachedWorkflows: 5_000,
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 20 },
    workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 20 },
    nexusTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
    stickyQueueScheduleToStartTimeout: 1_500,
    shutdownGraceTime: 20_000,
    shutdownForceTime: 21_000,
  });
});

test('nobody polls for more than there are slots for, nor works on more runs than are kept', () => {
  const few = { maxConcurrentCalls: 4, maxCachedWorkflows: 3 };
  expect(sdkTuning({ ...DEFAULTS, ...few }, slots)).toMatchObject({
    activityTaskPollerBehavior: { maximum: 4 },
    tuner: { workflowTaskSlotSupplier: { numSlots: 3 } },
    workflowTaskPollerBehavior: { maximum: 3 },
  });
});

test.each([
  ['IDENTITY_CENTER_MAX_CONCURRENT_CALLS', '0', 'must be a whole number from 1 to 10000'],
  ['IDENTITY_CENTER_MAX_CONCURRENT_WORKFLOW_TASKS', '1', 'must be a whole number from 2 to 1000'],
  ['IDENTITY_CENTER_MAX_CACHED_WORKFLOWS', 'many', 'must be a whole number from 2 to 100000'],
  ['IDENTITY_CENTER_MAX_POLLERS', '2.5', 'must be a whole number from 2 to 1000'],
  [
    'IDENTITY_CENTER_STICKY_TIMEOUT',
    '2',
    'must be a duration: a number and a unit (ms, s, m, h, d), such as "30s"',
  ],
  ['IDENTITY_CENTER_STICKY_TIMEOUT', '2h', 'must be longer than 0 and no longer than 1h'],
])('%s=%s is refused by its name', (name, value, why) => {
  expect(() => readWorkerSettings({ [name]: value })).toThrow(`${name}: ${why}, not "${value}".`);
});

test('a worker that is made in code refuses every field that is wrong, before it connects', async () => {
  const made = createWorker({ maxPollers: 1, stickyTimeout: '0s' } as Parameters<typeof createWorker>[0]);
  await expect(made).rejects.toThrow(
    'maxPollers: must be a whole number from 2 to 1000, not 1; stickyTimeout: must be longer than 0 and no longer than 1h, not "0s".',
  );
});
