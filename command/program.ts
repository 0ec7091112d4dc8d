import { Command, InvalidArgumentError, Option } from 'commander';
import { ACCOUNT_VERBS } from './account/program';
import { AUDIT_VERBS } from './audit/program';
import { addConnectionFlags } from './connection-flags';
import { FLEET_VERBS } from './fleet/program';
import { PIPELINE_VERBS } from './pipelines/program';
import { addVerbs, type Verb } from './verb';
import { packageVersion } from './version';

/** The verbs that start what a run needs, on this machine. */
const LOCAL_VERBS: readonly Verb[] = [
  {
    usage: 'up',
    description:
      'Temporal with its UI, an emulator of AWS and a worker on this machine; provisions a sample account',
    example: 'up --exit',
    options: [
      new Option('--exit', "leave when the sample account is provisioned, with the run's exit code"),
      new Option(
        '--cluster',
        'a Temporal cluster of six processes on PostgreSQL in place of a server of one process (Linux; built once, in minutes)',
      ),
      new Option('--fresh', 'forget what earlier ones left: runs, instances and logs'),
      portOption('--port <port>', 'Temporal', 7233),
      portOption('--ui-port <port>', 'its UI', 8233),
      portOption('--emulator-port <port>', 'the emulator of AWS', 4599),
    ],
    load: async () => (await import('./local/up.js')).up,
  },
  {
    usage: 'emulator',
    description: 'The emulator of AWS alone',
    example: 'emulator --port 4599',
    options: [portOption('--port <port>', 'the emulator', 4599)],
    load: async () => (await import('./local/emulator.js')).emulator,
  },
];

const OTHER_VERBS: readonly Verb[] = [
  {
    usage: 'worker',
    description: 'Serve runs: settings from IDENTITY_CENTER_…, TEMPORAL_… and AWS_…',
    example: 'worker',
    load: async () => (await import('./worker.js')).worker,
  },
  {
    usage: 'doctor [accountId]',
    description:
      'Check the server, the namespace, its search attributes, the workers and their AWS; of an account: role, eligibility, instances',
    example: 'doctor 111122223333',
    options: [new Option('--fix', 'register the search attributes that are missing')],
    load: async () => (await import('./doctor.js')).doctor,
  },
  {
    usage: 'token <accountId>',
    description: 'The ClientToken of an account, or of a whole workflow ID',
    example: 'token 111122223333 --generation 2',
    options: [
      new Option('--generation <n>', 'generation of the token')
        .argParser(wholeNumber(1, 1_000_000))
        .default(1),
    ],
    load: async () => (await import('./token.js')).token,
  },
  {
    usage: 'codec-server',
    description: 'Decode and encode payloads for the Temporal UI and CLI: settings from IDENTITY_CENTER_…',
    example: 'codec-server --port 8888',
    options: [
      new Option('--host <address>', 'address to listen on; TLS is for what stands before it').default(
        '127.0.0.1',
      ),
      new Option('--port <port>', 'port to listen on, 0: any')
        .argParser(wholeNumber(0, 65_535))
        .default(8888),
      new Option(
        '--without-tokens',
        'ask nobody for a token, on this machine only: the UI of a server for development has none',
      ),
    ],
    load: async () => (await import('./codec-server.js')).codecServer,
  },
  {
    usage: 'iam-policy [which]',
    description:
      'The least privilege policies as JSON: worker, role (in each account), session (what AssumeRole passes), organization (of whoever lists the accounts for an audit: the worker, or the role that is set for that), queue (of whoever consumes the queue of SQS), trust (of the roles, with --worker-arn); without a name: all that the settings of this environment have a use for, by name',
    example: 'iam-policy role',
    options: [
      new Option('--worker-arn <arn>', 'the role or user that the worker is, for the trust policy').argParser(
        arnOfIdentity,
      ),
    ],
    json: 'as without: a policy is JSON',
    load: async () => (await import('./iam-policy.js')).iamPolicy,
  },
  {
    usage: 'explain [failure]',
    description:
      'What a failure means, whether it is tried again, and what to do; without a name: all of them',
    example: 'explain InstanceExists',
    load: async () => (await import('./explain.js')).explain,
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
    .version(packageVersion(), '-V, --version', 'print the version')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText(
      'after',
      `
Exit codes: 0 done; 1 the run failed; 2 wrong usage or request; 3 held or still running; 4 cancelled; 5 Temporal or AWS not reachable, or refused; 70 the command itself broke.

Examples:
  identity-center up                                          all of it on this machine, with an emulator of AWS
  identity-center worker                                      a production worker
  identity-center provision 111122223333 --region eu-west-1   one account`,
    );
  addConnectionFlags(program);
  addVerbs(program, [...LOCAL_VERBS, ...ACCOUNT_VERBS], finish);
  const fleet = program.command('fleet').description('Many accounts at once, from a manifest');
  addVerbs(fleet, FLEET_VERBS, finish);
  const audit = program.command('audit').description('Every account of the organization, looked after');
  addVerbs(audit, AUDIT_VERBS, finish);
  addVerbs(program, [...PIPELINE_VERBS, ...OTHER_VERBS], finish);
  return program;
}

/** The port of a part; one that was asked for is that one, or an error. */
function portOption(flags: string, what: string, usual: number): Option {
  const help = `port of ${what} on 127.0.0.1, 0: any (default: ${usual}, or the next free one)`;
  return new Option(flags, help).argParser(wholeNumber(0, 65_535));
}

function arnOfIdentity(text: string): string {
  if (/^arn:aws[a-z-]*:iam::\d{12}:(role|user|root)\S*$/.test(text)) return text;
  throw new InvalidArgumentError(
    'must be the ARN of a role or user of IAM, such as arn:aws:iam::111122223333:role/worker.',
  );
}

/** Makes the reader of an argument that is a whole number. */
function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}.`);
    return value;
  };
}
