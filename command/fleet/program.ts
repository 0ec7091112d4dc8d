import { InvalidArgumentError, Option } from 'commander';
import { FLEET_STAGES, readAdjustment, readFleetRequest } from '../../contract';
import { FIELD_OPTIONS, strictOption } from '../account/program';
import { timeoutOption } from '../timeout';
import type { Verb } from '../verb';

const rateOption = () =>
  new Option(
    '--rate <n|none>',
    'calls to Identity Center a second, of all workers of the task queue, from now on until it is set again',
  ).argParser(readRate);

/** Makes the option of the window of a fleet. */
export const maxConcurrentOption = (description: string) =>
  new Option('--max-concurrent <n>', description).argParser(readMaxConcurrent);

const waitHeldOption = () =>
  new Option('--wait-held', 'wait on where only held accounts are left; else they are left with exit code 3');

/** The fields of a request, for all accounts of a manifest that do not say otherwise. */
const fieldOptions = FIELD_OPTIONS.map(({ option }) => option);

/** Reads a rate; `none` takes the limit away. */
function readRate(text: string): number | 'none' {
  if (text === 'none') return text;
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > 100_000)
    throw new InvalidArgumentError('must be "none", or calls a second: a number above 0.');
  return value;
}

/** Reads the window of a fleet by the schema of its request. */
function readMaxConcurrent(text: string): number {
  const read = readAdjustment({ maxConcurrent: /^\d+$/.test(text) ? Number(text) : text });
  if ('request' in read) return read.request.maxConcurrent;
  throw new InvalidArgumentError(`${read.problems.map(({ message }) => message).join('; ')}.`);
}

/** The window of a fleet for which none was asked. */
function defaultMaxConcurrent(): string {
  const read = readFleetRequest({ name: 'any' });
  return 'request' in read ? String(read.request.maxConcurrent) : '';
}

/** The verbs of `fleet`. */
export const FLEET_VERBS: readonly Verb[] = [
  {
    usage: 'start <manifest>',
    description:
      'Start a fleet from a .csv, .json, .jsonl or .yaml file (a list of accounts that AWS made is one), or join the open one of its name; what is done is not done again. The options of a request count for all accounts; what an account of the file says wins',
    example: 'fleet start accounts.csv --region eu-west-1 --max-concurrent 100 --stop-after-failures 5%',
    options: [
      ...fieldOptions,
      new Option('--fleet-name <name>', 'name of the fleet (default: that of the file)'),
      maxConcurrentOption(`accounts at work at once (default: ${defaultMaxConcurrent()})`),
      new Option(
        '--stop-after-failures <n|n%>',
        'begin no more accounts once so many have failed: a count, or a share of all',
      ),
      rateOption(),
      new Option(
        '--trust-history',
        'take the accounts that a run has provisioned for done, without a look at AWS',
      ),
      strictOption(),
      new Option('--no-wait', 'leave as soon as the fleet is started'),
      waitHeldOption(),
      timeoutOption('the fleet goes on'),
    ],
    load: async () => (await import('./follow.js')).start,
  },
  {
    usage: 'plan <manifest>',
    description: 'What a fleet would do with each account, and why: looks only, and writes nothing to AWS',
    example: 'fleet plan accounts.csv --region eu-west-1',
    options: [...fieldOptions, rateOption(), strictOption(), timeoutOption('the plan is broken off')],
    load: async () => (await import('./plan.js')).plan,
  },
  {
    usage: 'list',
    description: 'The fleets that Temporal knows, of each name the latest',
    example: 'fleet list --failed',
    options: [
      new Option('--stage <stage>', 'only those in this stage').choices(Object.keys(FLEET_STAGES)),
      new Option('--failed', 'only those that failed, or in which an account failed'),
    ],
    load: async () => (await import('./list.js')).list,
  },
  {
    usage: 'status <name>',
    description: 'Where a fleet stands',
    example: 'fleet status accounts',
    load: async () => (await import('./follow.js')).status,
  },
  {
    usage: 'watch <name>',
    description: 'Follow a fleet to its end, or until only held accounts are left',
    example: 'fleet watch accounts',
    options: [waitHeldOption(), timeoutOption('the fleet goes on')],
    json: 'a JSON document a line: event "status" at each change, "failed" and "held" for each account',
    load: async () => (await import('./follow.js')).watch,
  },
  {
    usage: 'report <name>',
    description: 'What became of each account, and why: for machines, spreadsheets, people',
    example: 'fleet report accounts --format html --output accounts.html',
    options: [
      new Option('--format <format>', 'json, csv or html (one page that needs nothing else)')
        .choices(['json', 'csv', 'html'])
        .default('json'),
      new Option('--output <file>', 'write to a file instead of stdout'),
    ],
    // Every verb takes it; here it is the default.
    json: 'as --format json',
    load: async () => (await import('./report/write-report.js')).writeReport,
  },
  {
    usage: 'pause <name>',
    description: 'Begin no account, and send no new write to AWS, until "fleet resume"',
    example: 'fleet pause accounts',
    load: async () => (await import('./steer.js')).pause,
  },
  {
    usage: 'resume <name>',
    description: 'Let a paused fleet go on',
    example: 'fleet resume accounts',
    load: async () => (await import('./steer.js')).resume,
  },
  {
    usage: 'retry <name>',
    description: 'Try the held and the failed accounts of a running fleet again',
    example: 'fleet retry accounts',
    load: async () => (await import('./steer.js')).retry,
  },
  {
    usage: 'set <name>',
    description: 'Change a fleet while it runs',
    example: 'fleet set accounts --max-concurrent 200 --rate 15',
    options: [maxConcurrentOption('accounts at work at once'), rateOption()],
    load: async () => (await import('./steer.js')).set,
  },
  {
    usage: 'cancel <name>',
    description: 'Stop a fleet: open runs end as their --on-cancel says',
    example: 'fleet cancel accounts',
    options: [
      new Option('--no-wait', 'leave as soon as the fleet is asked'),
      timeoutOption('the fleet goes on'),
    ],
    load: async () => (await import('./follow.js')).cancel,
  },
];
