import { condition, defineQuery, defineSignal, setHandler, upsertMemo } from '@temporalio/workflow';

export const wakeUps = defineQuery<number>('wakeUps');
export const add = defineSignal<[number]>('add');

/** Counts how often it was woken up, which depends on the signals that come in one workflow task, up to the sum of 100. */
export async function count(): Promise<number> {
  let [sum, seen, woken] = [0, 0, 0];
  setHandler(add, (number) => {
    sum += number;
  });
  setHandler(wakeUps, () => woken);
  while (seen < 100) {
    await condition(() => sum > seen);
    seen = sum;
    woken += 1;
    upsertMemo({ woken });
  }
  return woken;
}
