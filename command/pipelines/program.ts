import { Option } from 'commander';
import { FIELD_OPTIONS } from '../account/program';
import type { Verb } from '../verb';

/** The verbs for account-vending pipelines. */
export const PIPELINE_VERBS: readonly Verb[] = [
  {
    usage: 'start-from-event [file]',
    description:
      'Start or join the runs that events of Control Tower, Organizations and Account Management ask for, and wait for none; events are JSON, from stdin where no file is named',
    example: 'start-from-event event.json --rules rules.yaml',
    options: [
      new Option('--rules <file>', 'rules in YAML: which accounts, and what each is asked for'),
      new Option(
        '--ask-aws',
        'ask AWS Organizations for the tags and units of accounts, where the rules are about them',
      ).conflicts('dryRun'),
      new Option('--dry-run', 'say what would be done, and do nothing'),
      ...FIELD_OPTIONS.map(({ option }) => option),
    ],
    json: 'what came of each event as JSON, one a line',
    load: async () => (await import('./start-from-event.js')).startFromEvent,
  },
  {
    usage: 'consume-queue',
    description:
      'Consume a queue of SQS without serving runs, until it is interrupted: events, and tasks of Step Functions; settings from IDENTITY_CENTER_…, TEMPORAL_… and AWS_…',
    example: 'consume-queue',
    load: async () => (await import('./consume-queue.js')).consumeQueue,
  },
];
