import { Command, Option } from 'commander';
import { ACCOUNT_VERBS } from './account/program';
import { FLEET_VERBS } from './fleet/program';
import { LOCAL_VERBS } from './local/program';
import { wholeNumber } from './numbers';
import { addVerbs, type Verb } from './verb';

const OTHER_VERBS: readonly Verb[] = [
  {
    usage: 'worker',
    description: 'Serve runs: settings from IDENTITY_CENTER_…, TEMPORAL_… and AWS_…',
    example: 'worker',
    load: async () => (await import('./worker.js')).worker,
  },
  {
    usage: 'doctor',
    description: 'Check the server, the namespace, its search attributes and the workers',
    example: 'doctor --fix',
    options: [new Option('--fix', 'register the search attributes that are missing')],
    load: async () => (await import('./doctor.js')).doctor,
  },
  {
    usage: 'token <workflowId>',
    description: 'The ClientToken of a workflow ID',
    example: 'token identity-center/111122223333 --generation 2',
    options: [
      new Option('--generation <n>', 'generation of the token')
        .argParser(wholeNumber(1, 1_000_000))
        .default(1),
    ],
    load: async () => (await import('./token.js')).token,
  },
];

/**
 * Makes the program: every verb with its options and its help.
 *
 * @param finish told the exit code of the verb that was called
 */
export function createProgram(finish: (exitCode: number) => void): Command {
  const program = new Command('identity-center')
    .description(
      'Provisions IAM Identity Center account instances: exactly one per AWS account, whatever happens.',
    )
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText(
      'after',
      `
Exit codes: 0 done; 1 the run failed; 2 wrong usage or request; 3 held or still running; 4 cancelled; 5 Temporal or AWS not reachable.

Examples:
  identity-center up                                          all of it on this machine, with an emulator of AWS
  identity-center worker                                      a production worker
  identity-center provision 111122223333 --region eu-west-1   one account`,
    );
  addVerbs(program, [...LOCAL_VERBS, ...ACCOUNT_VERBS], finish);
  const fleet = program.command('fleet').description('Many accounts at once, from a manifest');
  addVerbs(fleet, FLEET_VERBS, finish);
  addVerbs(program, OTHER_VERBS, finish);
  return program;
}
