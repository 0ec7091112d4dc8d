import { CommanderError } from 'commander';
import { EXIT } from './exit-codes';
import { printAside, printJson } from './output';
import { createProgram } from './program';
import { describeServerAsked, serverAsked } from './server-asked';

/**
 * Carries out a command line, without the name of the program; what went wrong it says itself.
 *
 * @returns the exit code
 */
export async function callCommand(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  let code: number = EXIT.done;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      const usage = error.exitCode === 0 ? EXIT.done : EXIT.usage;
      if (json && usage !== EXIT.done) printJson({ error: { type: 'UsageError', message: error.message } });
      return usage;
    }
    // What says of an error what it is brings the client with it.
    const { exitCodeForError, readableError } = await import('./errors.js');
    report(readableError(error), json);
    return exitCodeForError(error);
  }
}

function report(error: Error, json: boolean): void {
  // Its own properties are what the error is about: the problems of a request, the address of a server.
  const facts = Object.fromEntries(Object.entries(error)) as Record<string, unknown>;
  const { name: type, message } = error;
  const server = serverAsked();
  if (json) {
    const error = { ...facts, name: undefined, cause: undefined, category: undefined, type, message, server };
    printJson({ error });
    return;
  }
  printAside(message);
  // Of a running `up` it was said before anything was asked.
  if (server !== undefined && server.from !== 'up') printAside(describeServerAsked(server));
}
