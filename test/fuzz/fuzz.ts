import { inspect } from 'node:util';
import fc from 'fast-check';
import { defined } from '../../contract';

/** Inputs a target; `npm run test:full` takes 100,000. */
export const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2_000);

/** Ten milliseconds an input, which is many times what one takes. */
const LONGEST_MS = Math.max(150_000, RUNS * 10);
jest.setTimeout(LONGEST_MS + 30_000);

/**
 * Checks a property over many inputs. What fails is told in a few lines, whatever the size of the input, with the seed
 * and the path that bring it back: `FUZZ_SEED=… FUZZ_PATH=… npx jest test/fuzz/…`.
 */
export async function fuzz<T>(
  inputs: fc.Arbitrary<T>,
  check: (input: T) => void | Promise<void>,
  { runs = RUNS, shrink = true }: { runs?: number; shrink?: boolean } = {},
): Promise<void> {
  const { FUZZ_SEED: seed, FUZZ_PATH: path } = process.env;
  const found = await fc.check(
    fc.asyncProperty(inputs, async (input) => {
      await check(input);
    }),
    {
      numRuns: runs,
      endOnFailure: !shrink,
      // Shrinking an input of megabytes would outlast the test.
      interruptAfterTimeLimit: LONGEST_MS,
      ...defined({ seed: seed === undefined ? undefined : Number(seed), path }),
    },
  );
  if (!found.failed && found.numRuns < runs && path === undefined)
    throw new Error(`only ${found.numRuns} of ${runs} inputs within the time`);
  if (!found.failed) return;
  const input = inspect(found.counterexample?.[0], { depth: 6, maxStringLength: 300, maxArrayLength: 20 });
  const { errorInstance: why } = found;
  const told = why instanceof Error ? `${why.message.slice(0, 1000)}\n${placeOf(why)}` : String(why);
  throw new Error(
    `FUZZ_SEED=${found.seed} FUZZ_PATH=${found.counterexamplePath ?? ''}, input ${found.numRuns}: ` +
      `${input.slice(0, shrink ? 1500 : 100)}\n${told}`,
  );
}

/** The first lines of the stack that are of ours. */
function placeOf({ stack = '' }: Error): string {
  const lines = stack.split('\n').filter((line) => line.startsWith('    at '));
  return lines.slice(0, 6).join('\n');
}

/** Words that no message for people has. */
const JARGON =
  /undefined|\[object|Invalid (input|option)|expected|received|Too (big|small)|Unrecognized|\n\s+at /;

/** Fails where a message is none for people: empty, of several lines, too long, or of the machine. */
export function assertReadable(message: string): void {
  assertOneLine(message, 400);
  if (JARGON.test(message)) throw new Error(`not for people: ${message}`);
}

/** Fails where a message that quotes its input is empty, of several lines, or too long. */
export function assertOneLine(message: string, longest: number): void {
  if (message.trim() === '') throw new Error('the message is empty');
  if (message.length > longest) throw new Error(`the message has ${message.length} characters`);
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(message))
    throw new Error(`not one printable line: ${JSON.stringify(message)}`);
}
