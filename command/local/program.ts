import { Option } from 'commander';
import { wholeNumber } from '../numbers';
import type { Verb } from '../verb';

/** The verbs that start what a run needs, on this machine. */
export const LOCAL_VERBS: readonly Verb[] = [
  {
    usage: 'up',
    description:
      'Temporal with its UI, an emulator of AWS and a worker on this machine; provisions a sample account',
    example: 'up --exit',
    options: [new Option('--exit', "leave when the sample account is provisioned, with the run's exit code")],
    load: async () => (await import('./up.js')).up,
  },
  {
    usage: 'emulator',
    description: 'The emulator of AWS alone',
    example: 'emulator --port 4599',
    options: [
      new Option(
        '--port <port>',
        'port on 127.0.0.1; the next free one where it is taken (default: 4599)',
      ).argParser(wholeNumber(0, 65_535)),
    ],
    load: async () => (await import('./emulator.js')).emulator,
  },
];
