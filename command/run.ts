import { homedir } from 'node:os';
import { findMisspelled, tidyEnvironment } from '../contract';
import { callCommand } from './call';
import { EXIT } from './exit-codes';
import { flushOutput, printAside, watchOutput } from './output';

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

void callCommand(process.argv.slice(2)).then(leave);
