import ora from 'ora';
import { canRedraw, outputIsRead, pc, print } from './output';

/** Takes away what is drawn now: there is one terminal. */
let clear: (() => void) | undefined;

/** Takes the line that changes away, whoever has drawn it. */
export function clearLiveLine(): void {
  clear?.();
}

/** Prints lines that stay and, in a terminal, draws one below them that changes: what is going on just now. */
export class LiveLine {
  private readonly spinner = canRedraw(process.stdout)
    ? ora({ discardStdin: false, stream: process.stdout, color: pc.isColorSupported ? 'cyan' : false })
    : undefined;

  /** Whether the line that changes can be seen; elsewhere only the lines that stay tell how it goes. */
  get isSeen(): boolean {
    return this.spinner !== undefined;
  }

  /** Prints a line that stays. */
  print(line: string): void {
    this.stop();
    print(line);
  }

  /** Draws the line that changes. */
  draw(line: string): void {
    clear = () => {
      this.stop();
    };
    this.spinner?.start(line);
  }

  /** Takes the line that changes away, until it is drawn again. */
  stop(): void {
    this.spinner?.stop();
  }
}

/** Hands each status of a run or a fleet to `show`, and returns the last: where nobody reads any more, the latest. */
export async function lastStatus<T>(statuses: AsyncIterable<T>, show?: (status: T) => void): Promise<T> {
  let last: T | undefined;
  for await (const status of statuses) {
    show?.(status);
    last = status;
    if (!outputIsRead()) break;
  }
  if (last === undefined) throw new Error('there was no status');
  return last;
}
