import { Command, Option } from 'commander';
import { clientToken, STAGES, type Stage } from '../client';
import { EXIT } from './exit-codes';
import { addFleetVerbs } from './fleet/program';
import { wholeNumber } from './numbers';
import { print, printJson } from './output';
import type { CommonOptions } from './with-client';
import type { RequestOptions } from './account/request-options';

/**
 * The command line. Verbs are loaded when they are called, so that `token` does not wait for the SDKs.
 *
 * @param finish told the exit code of the verb
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
  const verb = (usage: string, description: string, example: string): Command =>
    program
      .command(usage)
      .description(description)
      .option('--json', 'JSON on stdout and nothing else there')
      .addHelpText('after', `\nExample:\n  identity-center ${example}`);

  verb(
    'up',
    'Temporal with its UI, an emulator of AWS and a worker on this machine; provisions a sample account',
    'up --exit',
  )
    .option('--exit', "leave when the sample account is provisioned, with the run's exit code")
    .action(async (options: CommonOptions & { exit?: boolean }) => {
      finish(await (await import('./local/up.js')).up(options));
    });

  verb('worker', 'Serve runs: settings from IDENTITY_CENTER_…, TEMPORAL_… and AWS_…', 'worker').action(
    async (options: CommonOptions) => {
      finish(await (await import('./serve-verbs.js')).worker(options));
    },
  );

  verb(
    'provision <accountId>',
    'Start the run of an account, or join its open run, and follow it',
    'provision 111122223333 --region eu-west-1 --name workforce --tag team=identity',
  )
    .option('--region <region>', 'Region of the instance (required, here or in the file)')
    .option('--name <name>', 'name of the instance')
    .option('--tag <key=value>', 'tag of the instance; may be given again', eachTag)
    .option(
      '--existing <fail|adopt>',
      'what to do with an instance that this product did not make (default: fail)',
    )
    .option('--on-cancel <delete|keep>', 'what a cancelled run does with what it made (default: delete)')
    .option(
      '--on-failure <fail|hold>',
      'what a run that has to stop does: end, or wait for "retry" or "abort" (default: fail)',
    )
    .option('--on-create-failed <fail|recreate>', 'what to do where AWS says CREATE_FAILED (default: fail)')
    .option('--request <file>', 'the request as JSON (- for stdin); options go over it')
    .option('--no-wait', 'leave as soon as the run is started')
    .action(async (accountId: string, options: RequestOptions & CommonOptions & { wait: boolean }) => {
      finish(await (await import('./account/run-verbs.js')).provision(accountId, options));
    });

  verb('status <accountId>', 'Where the run of an account stands', 'status 111122223333 --json').action(
    async (accountId: string, options: CommonOptions) => {
      finish(await (await import('./account/run-verbs.js')).status(accountId, options));
    },
  );

  verb('watch <accountId>', 'Follow the run of an account to its end', 'watch 111122223333').action(
    async (accountId: string, options: CommonOptions) => {
      finish(await (await import('./account/run-verbs.js')).watch(accountId, options));
    },
  );

  verb('list', 'The accounts that have had a run, each with its latest', 'list --failed')
    .addOption(new Option('--stage <stage>', 'only those in this stage').choices(Object.keys(STAGES)))
    .option('--failed', 'only those whose run failed')
    .action(async (options: CommonOptions & { stage?: Stage; failed?: boolean }) => {
      finish(await (await import('./account/run-verbs.js')).list(options));
    });

  verb(
    'pause <accountId>',
    'No new write to AWS until "resume"; a call under way finishes',
    'pause 111122223333',
  ).action(async (accountId: string, options: CommonOptions) => {
    finish(await (await import('./account/steer-verbs.js')).pause(accountId, options));
  });

  verb('resume <accountId>', 'Let a paused run go on', 'resume 111122223333').action(
    async (accountId: string, options: CommonOptions) => {
      finish(await (await import('./account/steer-verbs.js')).resume(accountId, options));
    },
  );

  verb(
    'retry <accountId>',
    'Try again now: cuts a back-off short, or leaves a hold',
    'retry 111122223333 --name workforce',
  )
    .option('--name <name>', 'in a hold: ask for this name from now on')
    .option('--tag <key=value>', 'in a hold: ask for these tags from now on; may be given again', eachTag)
    .action(async (accountId: string, options: CommonOptions & { name?: string; tag?: string[] }) => {
      finish(await (await import('./account/steer-verbs.js')).retry(accountId, options));
    });

  verb(
    'abort <accountId>',
    'End a held or paused run as failed; what it made stays',
    'abort 111122223333 --reason "wrong account"',
  )
    .requiredOption('--reason <text>', 'why; the failure of the run says it')
    .action(async (accountId: string, options: CommonOptions & { reason: string }) => {
      finish(await (await import('./account/steer-verbs.js')).abort(accountId, options));
    });

  verb(
    'cancel <accountId>',
    'Stop the run of an account at any stage; it ends as its --on-cancel says',
    'cancel 111122223333',
  )
    .option('--no-wait', 'leave as soon as the run is asked')
    .action(async (accountId: string, options: CommonOptions & { wait: boolean }) => {
      finish(await (await import('./account/steer-verbs.js')).cancel(accountId, options));
    });

  verb(
    'deprovision <accountId>',
    'Delete the instance of an account, with its users and groups, and wait until it is gone',
    'deprovision 111122223333',
  )
    .option('--any <instanceArn>', 'delete this instance though it lacks the tag of our runs: its ARN, typed')
    .option('--region <region>', 'Region to look from (default: us-east-1)')
    .option('--no-wait', 'leave as soon as the run is started')
    .action(
      async (
        accountId: string,
        options: CommonOptions & { any?: string; region?: string; wait: boolean },
      ) => {
        finish(await (await import('./account/steer-verbs.js')).deprovision(accountId, options));
      },
    );

  addFleetVerbs(program, finish);

  verb('doctor', 'Check the server, the namespace, its search attributes and the workers', 'doctor --fix')
    .option('--fix', 'register the search attributes that are missing')
    .action(async (options: CommonOptions & { fix?: boolean }) => {
      finish(await (await import('./doctor.js')).doctor(options));
    });

  verb(
    'token <workflowId>',
    'The ClientToken of a workflow ID',
    'token identity-center/111122223333 --generation 2',
  )
    .option('--generation <n>', 'generation of the token', wholeNumber(1, 1_000_000), 1)
    .action((workflowId: string, options: CommonOptions & { generation: number }) => {
      const token = clientToken(workflowId, options.generation);
      if (options.json) printJson({ workflowId, generation: options.generation, clientToken: token });
      else print(token);
      finish(EXIT.done);
    });

  verb('emulator', 'The emulator of AWS alone', 'emulator --port 4599')
    .option(
      '--port <port>',
      'port on 127.0.0.1; the next free one where it is taken (default: 4599)',
      wholeNumber(0, 65_535),
    )
    .action(async (options: CommonOptions & { port?: number }) => {
      finish(await (await import('./serve-verbs.js')).emulator(options));
    });

  return program;
}

function eachTag(pair: string, pairs: string[] | undefined): string[] {
  return [...(pairs ?? []), pair];
}
