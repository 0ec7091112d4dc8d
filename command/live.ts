import ora from 'ora';
import { print } from './output';

/** Says whether a line on stdout can be drawn anew. A terminal without a width, as `script` makes them, cannot. */
function isLiveTerminal(): boolean {
  return process.stdout.isTTY && process.stdout.columns > 0;
}

/** Prints lines that stay and, in a terminal, draws one below them that changes: what is going on just now. */
export class LiveLine {
  private readonly spinner = isLiveTerminal()
    ? ora({ discardStdin: false, stream: process.stdout })
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
    this.spinner?.start(line);
  }

  /** Takes the line that changes away, until it is drawn again. */
  stop(): void {
    this.spinner?.stop();
  }
}
