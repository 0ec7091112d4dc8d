import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';

export const wakeUps = defineQuery<number>('wakeUps');
/** Is refused. */
export const subtract = defineUpdate('subtract');
export const add = defineSignal<[number]>('add');

/** Counts how often it was woken up, which depends on the signals that come in one workflow task, up to the sum of 100. */
export async function count(): Promise<number> {
  let [sum, seen, woken] = [0, 0, 0];
  setHandler(add, (number) => {
    sum += number;
  });
  setHandler(subtract, () => undefined, {
    validator: () => {
      throw new Error('only adds');
    },
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
