import { setTimeout as sleep } from 'node:timers/promises';
import type { Moment } from '../timeline';
import type { Machine } from './machine';
import type { Fault } from './plan';

/** A fault that was injected. */
export interface FaultRecord extends Moment {
  fault: Fault;
  /** Whether the part works again. */
  mended: boolean;
}

/** Injects faults, each at its time in milliseconds; resolves when everything is mended. */
export async function injectFaults(
  faults: readonly { at: number; fault: Fault }[],
  machine: Machine,
): Promise<FaultRecord[]> {
  const records: FaultRecord[] = [];
  const note = (fault: Fault, mended: boolean) => {
    const what = `${mended ? 'mended' : 'fault '}    ${JSON.stringify(fault)}`;
    records.push({ at: new Date().toISOString(), what, fault, mended });
  };
  await Promise.all(
    faults.map(async ({ at, fault }) => {
      await sleep(at);
      note(fault, false);
      await machine.inject(fault);
      note(fault, true);
    }),
  );
  return records;
}
