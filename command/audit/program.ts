import { Option } from 'commander';
import { DEFAULT_AUDIT_NAME } from '../../contract';
import { FIELD_OPTIONS } from '../account/program';
import { maxConcurrentOption } from '../fleet/program';
import { timeoutOption } from '../timeout';
import type { Verb } from '../verb';

const nameOption = () =>
  new Option('--audit-name <name>', 'name of the audit, and of its Schedule').default(DEFAULT_AUDIT_NAME);

const formatOptions = () => [
  new Option('--format <format>', 'table, json or csv').choices(['table', 'json', 'csv']).default('table'),
  new Option('--output <file>', 'write to a file instead of stdout (a table as JSON)'),
];

/** What an audit asks for, of the accounts of which no run is known. */
const askOptions = () => [
  new Option(
    '--rules <file>',
    'rules in YAML, as those for events: which accounts, and what each is asked for; other options of a request go over their defaults',
  ),
  ...FIELD_OPTIONS.map(({ path, option }) =>
    path === 'region'
      ? new Option('--region <region>', 'Region of the instances, as AWS codes it; or --rules')
      : option,
  ),
  new Option('--start', 'start what is missing, by a fleet; else the audit reads only'),
  new Option('--exclude <accountId>', 'an account that is left out; may be given again').argParser(
    (accountId: string, before: string[] | undefined) => [...(before ?? []), accountId],
  ),
  maxConcurrentOption('account runs of the fleet that are open at once'),
  nameOption(),
];

/** The verbs of `audit`. */
export const AUDIT_VERBS: readonly Verb[] = [
  {
    usage: 'run',
    description:
      'List the accounts of the organization, compare each with its runs and with AWS, and say what is missing, or not as it was asked for; exit code 1 where there is any. Reads only, unless --start is given',
    example: 'audit run --region eu-west-1 --exclude 111122223333',
    options: [
      ...askOptions(),
      ...formatOptions(),
      new Option('--no-wait', 'leave as soon as the audit is started'),
      timeoutOption('the audit goes on'),
    ],
    json: 'as --format json',
    load: async () => (await import('./run.js')).run,
  },
  {
    usage: 'report',
    description:
      'What the latest audit that has ended found, be it one that was run or one of the Schedule; exit code as that of "audit run"',
    example: 'audit report --format csv --output drift.csv',
    options: [nameOption(), ...formatOptions()],
    json: 'as --format json',
    load: async () => (await import('./run.js')).report,
  },
  {
    usage: 'enable',
    description: 'Have the audit run every so often, by a Schedule of Temporal; one that is there is changed',
    example: 'audit enable --every 1d --region eu-west-1 --start',
    options: [new Option('--every <duration>', 'how often, such as 12h').default('1d'), ...askOptions()],
    load: async () => (await import('./run.js')).enable,
  },
  {
    usage: 'disable',
    description: 'End the Schedule of the audit; one that is open goes on',
    example: 'audit disable',
    options: [nameOption()],
    load: async () => (await import('./run.js')).disable,
  },
];
