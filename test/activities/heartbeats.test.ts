import { sleep } from '@temporalio/activity';
import { setTimeout as pause } from 'node:timers/promises';
import { tell } from '../../activities/attempts';
import { withHeartbeats } from '../../activities/heartbeats';
import { activityEnvironment } from '../support/activities';

test('an attempt shows that it lives every two seconds, with what it has told, and one of a second not at all', async () => {
  const env = activityEnvironment();
  const beats: unknown[] = [];
  env.on('heartbeat', (details: unknown) => beats.push(details));
  await env.run(() => withHeartbeats(() => sleep(1_000)));
  expect(beats).toEqual([]);
  await env.run(() =>
    withHeartbeats(async () => {
      tell({ instanceArn: 'arn:1' });
      await sleep(4_500);
    }),
  );
  expect(beats).toEqual([{ instanceArn: 'arn:1' }, { instanceArn: 'arn:1' }]);
});

test('it shows so no more once it has failed', async () => {
  const env = activityEnvironment();
  let beats = 0;
  env.on('heartbeat', () => (beats += 1));
  const failing = env.run(() => withHeartbeats(() => Promise.reject(new Error('no'))));
  await expect(failing).rejects.toThrow('no');
  await pause(2_500);
  expect(beats).toBe(0);
});
