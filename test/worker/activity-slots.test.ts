import { ActivitySlots } from '../../worker/activity-slots';

const never = new AbortController().signal;

function newSlots(count: number) {
  const clock = { now: 0 };
  return { slots: new ActivitySlots(count, () => clock.now), clock };
}

test('there are as many slots as were given, and who waits gets the next one that is free, in turn', async () => {
  const { slots } = newSlots(2);
  await slots.reserveSlot({}, never);
  await slots.reserveSlot({}, never);
  const got: string[] = [];
  const wait = (who: string) => slots.reserveSlot({}, never).then(() => got.push(who));
  const both = [wait('first'), wait('second')];
  slots.releaseSlot();
  await both[0];
  expect(got).toEqual(['first']);
  slots.releaseSlot();
  await both[1];
  slots.releaseSlot();
  slots.releaseSlot();
  slots.allowEager(1);
  expect([slots.tryReserveSlot(), slots.tryReserveSlot(), slots.tryReserveSlot()]).toEqual([{}, {}, null]);
});

test('who gives up takes no slot', async () => {
  const { slots } = newSlots(1);
  await slots.reserveSlot({}, never);
  const impatient = new AbortController();
  const givenUp = slots.reserveSlot({}, impatient.signal);
  impatient.abort(new Error('enough'));
  await expect(givenUp).rejects.toThrow('enough');
  await expect(slots.reserveSlot({}, impatient.signal)).rejects.toThrow('enough');
  slots.releaseSlot();
  slots.allowEager(1);
  expect(slots.tryReserveSlot()).toEqual({});
});

test('eager dispatch has slots only as long as it is allowed', () => {
  const { slots, clock } = newSlots(10);
  expect(slots.tryReserveSlot()).toBeNull();
  slots.allowEager(100);
  expect(slots.tryReserveSlot()).toEqual({});
  clock.now = 100;
  expect(slots.tryReserveSlot()).toBeNull();
  slots.allowEager(200);
  expect(slots.tryReserveSlot()).toEqual({});
  slots.allowEager(-Infinity);
  expect(slots.tryReserveSlot()).toBeNull();
});
