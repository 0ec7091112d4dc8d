import { InvalidArgumentError, Option } from 'commander';
import { requestFields, STAGES } from '../../contract';
import { timeoutOption } from '../timeout';
import type { Verb } from '../verb';
import { readSince } from './since';

/** The fields of a request that have an option. The request's schema reads their values, not commander. */
export const FIELD_OPTIONS = requestFields().flatMap(
  ({ option: flags, kind, description, required, default: fallback, path }) => {
    if (flags === undefined) return [];
    const isTags = kind === 'tags';
    const more = [
      isTags ? '; may be given again' : '',
      required ? ' (required, here or in the file)' : '',
      fallback === undefined ? '' : ` (default: ${fallback})`,
    ];
    const option = new Option(flags, `${description}${more.join('')}`);
    return [{ path, option: isTags ? option.argParser(eachTag) : option, isTags }];
  },
);

/** Gathers the values of an option that may be given again. */
function eachTag(pair: string, pairs: string[] | undefined): string[] {
  return [...(pairs ?? []), pair];
}

function parseSince(text: string): Date {
  const since = readSince(text);
  if (since === undefined)
    throw new InvalidArgumentError(
      'must be how long ago (30m, 2h, 7d), a date (2026-03-01), or a time with its zone (2026-03-01T08:00Z).',
    );
  return since;
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d{1,9}$/.test(text) || limit === 0)
    throw new InvalidArgumentError('must be a whole number, 1 or more.');
  return limit;
}

/** Whoever waits for no end hears of no difference. */
export const strictOption = () =>
  new Option(
    '--strict',
    'fail where an instance that was there already has another name, other tags or another Region than asked for',
  ).conflicts('wait');

/** The verbs for the run of one account. */
export const ACCOUNT_VERBS: readonly Verb[] = [
  {
    usage: 'provision <accountId>',
    description: 'Start the run of an account, or join its open run, and follow it',
    example: 'provision 111122223333 --region eu-west-1 --name workforce --tag team=identity',
    options: [
      ...FIELD_OPTIONS.map(({ option }) => option),
      new Option('--request <file>', 'the request as JSON (- for stdin); options go over it'),
      strictOption(),
      new Option('--no-wait', 'leave as soon as the run is started'),
      new Option('--wait-held', 'wait on where the run is held; else it is left with exit code 3'),
      timeoutOption('the run goes on'),
    ],
    load: async () => (await import('./follow.js')).provision,
  },
  {
    usage: 'status <accountId>',
    description:
      'Where the run of an account stands; exits with 3 while it is open, also where nothing is wrong',
    example: 'status 111122223333 --json',
    load: async () => (await import('./look.js')).status,
  },
  {
    usage: 'watch <accountId>',
    description: 'Follow the run of an account to its end',
    example: 'watch 111122223333',
    options: [timeoutOption('the run goes on')],
    load: async () => (await import('./follow.js')).watch,
  },
  {
    usage: 'list',
    description: 'The accounts that have had a run, each with its latest, and why runs failed or are held',
    example: 'list --stage held --fleet accounts',
    options: [
      new Option(
        '--stage <stage>',
        'only those whose latest run is in this stage; "active": also those with an ACTIVE instance of an earlier run',
      ).choices(Object.keys(STAGES)),
      new Option('--failed', 'only those whose latest run failed'),
      new Option('--fleet <name>', 'only those that this fleet began'),
      new Option('--region <region>', 'only those whose latest run or instance is in this Region'),
      new Option(
        '--since <time>',
        'only those whose latest run is open, or started or ended since: 2h, 7d, 2026-03-01, 2026-03-01T08:00Z',
      ).argParser(parseSince),
      new Option('--limit <n>', 'so many at the most, the latest first').argParser(readLimit),
    ],
    load: async () => (await import('./list.js')).list,
  },
  {
    usage: 'pause <accountId>',
    description: 'No new write to AWS until "resume"; a call under way finishes',
    example: 'pause 111122223333',
    load: async () => (await import('./steer.js')).pause,
  },
  {
    usage: 'resume <accountId>',
    description: 'Let a paused run go on',
    example: 'resume 111122223333',
    load: async () => (await import('./steer.js')).resume,
  },
  {
    usage: 'retry <accountId>',
    description: 'Try again now: cuts a back-off short, or leaves a hold',
    example: 'retry 111122223333 --name workforce',
    options: [
      new Option('--name <name>', 'in a hold: ask for this name from now on'),
      new Option(
        '--tag <key=value>',
        'in a hold: ask for these tags from now on; may be given again',
      ).argParser(eachTag),
    ],
    load: async () => (await import('./steer.js')).retry,
  },
  {
    usage: 'abort <accountId>',
    description: 'End a held or paused run as failed; what it made stays',
    example: 'abort 111122223333 --reason "wrong account"',
    options: [new Option('--reason <text>', 'why; the failure of the run says it').makeOptionMandatory()],
    load: async () => (await import('./steer.js')).abort,
  },
  {
    usage: 'cancel <accountId>',
    description: 'Stop the run of an account at any stage; it ends as its --on-cancel says',
    example: 'cancel 111122223333',
    options: [new Option('--no-wait', 'leave as soon as the run is asked'), timeoutOption('the run goes on')],
    load: async () => (await import('./follow.js')).cancel,
  },
  {
    usage: 'deprovision <accountId>',
    description: 'Delete the instance of an account, with its users and groups, and wait until it is gone',
    example: 'deprovision 111122223333 --yes',
    options: [
      new Option(
        '--yes',
        'say that it is meant: needed where there is no terminal to ask on, and with --json',
      ),
      new Option(
        '--any <instanceArn>',
        'delete this instance though it lacks the tag of our runs: its ARN, typed',
      ),
      new Option('--region <region>', "Region to look from (default: the worker's)"),
      new Option('--no-wait', 'leave as soon as the run is started'),
      timeoutOption('the run goes on'),
    ],
    load: async () => (await import('./follow.js')).deprovision,
  },
];
