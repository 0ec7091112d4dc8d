import { AsyncLocalStorage } from 'node:async_hooks';

/** What was printed. */
export interface Printed {
  stdout: string;
  stderr: string;
}

/** Of whichever piece of work prints: several go on at once. */
const printing = new AsyncLocalStorage<Printed>();
let restore: (() => void) | undefined;
let underWay = 0;

/** Does some work that has no terminal: what it prints goes to `printed` instead. */
export async function capture<T>(printed: Printed, work: () => Promise<T>): Promise<T> {
  restore ??= divert();
  underWay += 1;
  try {
    return await printing.run(printed, work);
  } finally {
    underWay -= 1;
    if (underWay === 0) {
      restore();
      restore = undefined;
    }
  }
}

function divert(): () => void {
  const restores = (['stdout', 'stderr'] as const).map((name) => {
    const stream = process[name];
    const { isTTY } = stream;
    const write = Reflect.get(stream, 'write') as (...args: unknown[]) => boolean;
    const diverted = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      const printed = printing.getStore();
      if (printed === undefined) return Reflect.apply(write, stream, [chunk, ...rest]);
      printed[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      for (const done of rest) if (typeof done === 'function') process.nextTick(done);
      return true;
    };
    Object.assign(stream, { write: diverted, isTTY: false });
    return () => Object.assign(stream, { write, isTTY });
  });
  return () => {
    for (const each of restores) each();
  };
}
