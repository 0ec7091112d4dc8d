import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

// A crash tells its cause first; what follows is a long trace. Other errors come last.
const FIRST_KEPT = 10;
const LINES_KEPT = 50;

/** What a server writes: its first and last lines, for messages; and all of it in a file, where one is named. */
export class ServerOutput {
  private readonly lines: string[] = [];

  constructor(streams: readonly Readable[], logFile?: string) {
    if (logFile !== undefined) mkdirSync(dirname(logFile), { recursive: true });
    const file = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a' });
    // A full disk must not take the server's owner down with it.
    file?.on('error', () => undefined);
    let open = streams.length;
    for (const stream of streams) {
      createInterface({ input: stream })
        .on('line', (line) => {
          this.lines.push(line);
          if (this.lines.length > LINES_KEPT) this.lines.splice(FIRST_KEPT, 1);
          file?.write(`${line}\n`);
        })
        .on('close', () => {
          if (--open === 0) file?.end();
        });
    }
  }

  /** The lines kept, oldest first. */
  kept(): readonly string[] {
    return this.lines.filter((line) => line !== '');
  }

  includes(pattern: RegExp): boolean {
    return this.lines.some((line) => pattern.test(line));
  }
}
