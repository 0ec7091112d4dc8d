import { Option, type Command } from 'commander';
import type { FleetPlanOptions } from './plan';
import type { ReportFormat } from './report-verb';
import type { FleetSetOptions, FleetStartOptions } from './verbs';
import { rate, wholeNumber } from '../numbers';
import type { CommonOptions } from '../with-client';

const RATE =
  'calls to Identity Center a second, of all workers of the task queue, from now on until it is set again';

/** The verbs of `fleet`. */
export function addFleetVerbs(program: Command, finish: (exitCode: number) => void): void {
  const fleet = program.command('fleet').description('Many accounts at once, from a manifest');
  const verb = (usage: string, description: string, example: string): Command =>
    fleet
      .command(usage)
      .description(description)
      .option('--json', 'JSON on stdout and nothing else there')
      .addHelpText('after', `\nExample:\n  identity-center fleet ${example}`);
  const load = () => import('./verbs.js');

  verb(
    'start <manifest>',
    'Start a fleet from a .csv, .json, .jsonl or .yaml file, or join the open one of its name; what is done is not done again',
    'start accounts.csv --max-concurrent 100 --stop-after-failures 5%',
  )
    .option('--name <name>', 'name of the fleet (default: that of the file)')
    .option('--max-concurrent <n>', 'accounts at work at once (default: 50)', wholeNumber(1, 1000))
    .option(
      '--stop-after-failures <n|n%>',
      'begin no more accounts once so many have failed: a count, or a share of all',
    )
    .option('--rate <n|none>', RATE, rate)
    .option('--no-wait', 'leave as soon as the fleet is started')
    .action(async (manifest: string, options: FleetStartOptions) => {
      finish(await (await load()).start(manifest, options));
    });

  verb(
    'plan <manifest>',
    'What a fleet would do with each account, and why: looks only, and writes nothing to AWS',
    'plan accounts.csv',
  )
    .option('--rate <n|none>', RATE, rate)
    .action(async (manifest: string, options: FleetPlanOptions) => {
      const { plan } = await import('./plan.js');
      finish(await plan(manifest, options));
    });

  verb('status <name>', 'Where a fleet stands', 'status accounts').action(
    async (name: string, options: CommonOptions) => {
      finish(await (await load()).status(name, options));
    },
  );

  verb('watch <name>', 'Follow a fleet to its end', 'watch accounts').action(
    async (name: string, options: CommonOptions) => {
      finish(await (await load()).watch(name, options));
    },
  );

  fleet
    .command('report <name>')
    .description('What became of each account, and why: for machines, spreadsheets, people')
    .addOption(
      new Option('--format <format>', 'json, csv or html (one page that needs nothing else)')
        .choices(['json', 'csv', 'html'])
        .default('json'),
    )
    .option('--output <file>', 'write to a file instead of stdout')
    // Every verb takes it; here it is the default.
    .option('--json', 'as --format json')
    .addHelpText(
      'after',
      '\nExample:\n  identity-center fleet report accounts --format html --output accounts.html',
    )
    .action(async (name: string, options: CommonOptions & { format: ReportFormat; output?: string }) => {
      const { fleetReportVerb } = await import('./report-verb.js');
      finish(await fleetReportVerb(name, options.json ? { ...options, format: 'json' } : options));
    });

  for (const [order, description] of [
    ['pause', 'Begin no account, and send no new write to AWS, until "fleet resume"'],
    ['resume', 'Let a paused fleet go on'],
    ['retry', 'Try the held and the failed accounts of a running fleet again'],
  ] as const) {
    verb(`${order} <name>`, description, `${order} accounts`).action(
      async (name: string, options: CommonOptions) => {
        finish(await (await load()).order(name, order, options));
      },
    );
  }

  verb('set <name>', 'Change a fleet while it runs', 'set accounts --max-concurrent 200 --rate 15')
    .option('--max-concurrent <n>', 'accounts at work at once', wholeNumber(1, 1000))
    .option('--rate <n|none>', RATE, rate)
    .action(async (name: string, options: FleetSetOptions) => {
      finish(await (await load()).adjust(name, options));
    });

  verb('cancel <name>', 'Stop a fleet: open runs end as their --on-cancel says', 'cancel accounts')
    .option('--no-wait', 'leave as soon as the fleet is asked')
    .action(async (name: string, options: CommonOptions & { wait: boolean }) => {
      finish(await (await load()).cancel(name, options));
    });
}
