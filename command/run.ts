import { homedir } from 'node:os';
import { CommanderError } from 'commander';
import { findMisspelled, tidyEnvironment } from '../contract';
import { EXIT } from './exit-codes';
import { flushOutput, printAside, printJson, watchOutput } from './output';
import { createProgram } from './program';
import { describeServerAsked, serverAsked } from './server-asked';

tidyEnvironment(process.env);
for (const { name, meant } of findMisspelled(process.env))
  printAside(`Warning: ${name} is set, and nothing reads it. Is ${meant} meant?`);
giveHome();
// The lock file pins an SDK that supports this Node.js; that later ones will not, and what Node.js deprecates in libraries, is
// for whoever maintains this.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
process.noDeprecation = true;

let outputFailure: NodeJS.ErrnoException | undefined;
watchOutput((error) => {
  outputFailure ??= error;
});

// Node.js would leave with 1, which says that a run failed.
process.on('uncaughtException', (error) => {
  printAside(`The command broke, which is a defect of it: ${error.stack ?? error.message}`);
  process.exit(EXIT.broken);
});

async function main(): Promise<number> {
  const json = process.argv.includes('--json');
  let code: number = EXIT.done;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync();
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

/**
 * A container may run as a user of whom the system knows no home folder, which Node throws at whoever asks. Such a user has
 * nothing there; a folder that others may write to would let them answer for it.
 */
function giveHome(): void {
  try {
    homedir();
  } catch {
    process.env['HOME'] = '/nonexistent';
  }
}

/** Leaves with the exit code, once whoever reads has all of the output. */
async function leave(code: number): Promise<void> {
  await flushOutput();
  process.exitCode = code;
  if (outputFailure !== undefined) {
    printAside(`The output could not be written: ${outputFailure.message}.`);
    process.exitCode = EXIT.broken;
  }
  // A verb that was interrupted may leave something that would keep the process alive.
  setTimeout(() => process.exit(), 500).unref();
}

void main().then(leave);
