import { InvalidArgumentError, Option } from 'commander';
import { describeProblems, readTimeout } from '../contract';

/** The options of a verb that follows what goes on by itself. */
export interface TimeoutOptions {
  timeout?: string;
}

/** Makes the option of a verb that follows what goes on by itself. */
export function timeoutOption(whatGoesOn: string): Option {
  return new Option(
    '--timeout <duration>',
    `leave with exit code 3 after so long, such as 10m; ${whatGoesOn}`,
  )
    .argParser(checkTimeout)
    .conflicts('wait');
}

function checkTimeout(text: string): string {
  const read = readTimeout(text);
  if ('problems' in read) throw new InvalidArgumentError(`${describeProblems(read.problems)}.`);
  return text;
}
