#!/usr/bin/env node
import { CommanderError } from 'commander';
import { tidyEnvironment } from '../contract';
import { EXIT } from './exit-codes';
import { printJson } from './output';
import { createProgram } from './program';

tidyEnvironment(process.env);
// The lock file pins an SDK that supports this Node.js; that later ones will not is for whoever maintains this.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

// Whoever reads the output (`head`) may have seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
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
  if (json)
    printJson({ error: { ...facts, name: undefined, cause: undefined, category: undefined, type, message } });
  else process.stderr.write(`${error.message}\n`);
}

void main().then((code) => {
  process.exitCode = code;
  // A verb that was interrupted may leave something that would keep the process alive.
  setTimeout(() => process.exit(), 500).unref();
});
