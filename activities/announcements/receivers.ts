import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import {
  ANNOUNCEMENT_TYPES,
  defined,
  describeProblems,
  oneLine,
  readBy,
  type AnnouncementType,
} from '../../contract';
import type { ReceiverScope } from '../aws/policies';
import { readSecrets, readUrl } from './webhook-files';

const MOST_RECEIVERS = 20;
/** A session policy has 2,048 characters at the most. */
const MOST_PARAMETERS = 3;
const TYPES = Object.keys(ANNOUNCEMENT_TYPES) as AnnouncementType[];

const file = z.string().min(1, 'must be the path of a file');

const webhookSchema = z
  .strictObject({
    url: z
      .string()
      .refine(isPlainHttps, 'must be an https URL without user and password')
      .exactOptional()
      .describe('Where announcements are sent to.'),
    urlFile: file.exactOptional().describe('File that the URL is in, where it is a secret.'),
    secretFile: file.describe(
      'File of the secrets that announcements are signed with, one a line; several while one takes the place of another.',
    ),
  })
  .refine(({ url, urlFile }) => (url === undefined) !== (urlFile === undefined), {
    error: 'must have either url or urlFile',
  });

const arn = (service: string, resource: string, example: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:${resource}$`),
      `must be an ARN such as ${example}`,
    );

const snsSchema = z.strictObject({
  topicArn: arn('sns', '[\\w-]{1,256}(\\.fifo)?', 'arn:aws:sns:eu-west-1:999999999999:identity-center'),
});

const eventBridgeSchema = z.strictObject({
  eventBusArn: arn(
    'events',
    'event-bus/[\\w./-]{1,256}',
    'arn:aws:events:eu-west-1:999999999999:event-bus/default',
  ),
});

const VALUES = ['announcement', 'instanceArn', 'identityStoreId'] as const;

const ssmParameterSchema = z.strictObject({
  name: z
    .string()
    .max(200, 'must have 200 characters at the most')
    .regex(
      /^\/?(?:[\w.-]|\{accountId\}|\{region\})+(?:\/(?:[\w.-]|\{accountId\}|\{region\})+)*$/,
      'must be the name of a parameter: letters, digits and _ . - between slashes; {accountId} and {region} are filled in',
    )
    .refine((name) => !/^\/?(?:aws|ssm)/i.test(name), 'must not begin with "aws" or "ssm": those are AWS’s'),
  account: z
    .string()
    .regex(/^(?:run|worker|\d{12})$/, 'must be "run", "worker", or the 12 digits of an account')
    .default('run')
    .describe('Whose parameter it is: that of the account of the run, of the worker, or of another account.'),
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/, 'must be a Region')
    .exactOptional()
    .describe('Default: the Region of the instance.'),
  value: z.enum(VALUES).default('announcement').describe('What it is set to.'),
});

const receiverSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must have 1 to 40 small letters, digits and hyphens')
      .describe('What the receiver is called in progress, logs and metrics.'),
    types: z.array(z.enum(TYPES)).min(1).exactOptional().describe('What it is told; default: all.'),
    webhook: webhookSchema.exactOptional(),
    sns: snsSchema.exactOptional(),
    eventBridge: eventBridgeSchema.exactOptional(),
    ssmParameter: ssmParameterSchema.exactOptional(),
  })
  .refine((it) => kindsOf(it).length === 1, {
    error: 'must have one of webhook, sns, eventBridge, ssmParameter',
  })
  .refine(({ ssmParameter, types }) => ssmParameter === undefined || types === undefined, {
    error: 'a parameter is set by successful runs only: leave out types',
  });

const fileSchema = z.strictObject({
  receivers: z
    .array(receiverSchema)
    .max(MOST_RECEIVERS, `no more than ${MOST_RECEIVERS} receivers`)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
      error: 'each needs a name of its own',
    })
    .refine((all) => all.filter((it) => it.ssmParameter !== undefined).length <= MOST_PARAMETERS, {
      error: `no more than ${MOST_PARAMETERS} with ssmParameter`,
    }),
});

/** Where announcements go, as the file of receivers says it. */
export type Receiver = z.output<typeof receiverSchema>;
export type WebhookReceiver = z.output<typeof webhookSchema>;
export type ParameterReceiver = z.output<typeof ssmParameterSchema>;

/**
 * Reads the file of receivers: YAML or JSON. The files that it names are looked into now, and read again at each try.
 *
 * @throws Error naming the file and every field that is wrong; nothing of a secret, or of a URL from a file
 */
export function readReceivers(filePath: string): Receiver[] {
  const read = readBy(fileSchema, parse(filePath));
  if ('problems' in read) throw new Error(`${filePath}: ${describeProblems(read.problems, 'the file')}`);
  return read.request.receivers.map(({ webhook, ...receiver }) => {
    if (webhook === undefined) return receiver;
    const beside = (other: string) => path.resolve(path.dirname(filePath), other);
    const resolved = {
      ...webhook,
      secretFile: beside(webhook.secretFile),
      ...defined({ urlFile: webhook.urlFile && beside(webhook.urlFile) }),
    };
    try {
      readSecrets(resolved);
      readUrl(resolved);
    } catch (error) {
      throw new Error(`${filePath}: receiver ${receiver.name}: ${(error as Error).message}`, {
        cause: error,
      });
    }
    return { ...receiver, webhook: resolved };
  });
}

/** What a receiver is told. */
export function typesOf({ ssmParameter, types = TYPES }: Receiver): readonly AnnouncementType[] {
  return ssmParameter === undefined ? types : ['run.succeeded'];
}

/** The accounts beside those of runs that receivers want the worker's role in. */
export function sharedAccountsOf(receivers: readonly Receiver[]): string[] {
  return receivers.flatMap(({ ssmParameter }) =>
    ssmParameter === undefined || !/^\d/.test(ssmParameter.account) ? [] : [ssmParameter.account],
  );
}

/** What receivers take of AWS. */
export function scopeOf(receivers: readonly Receiver[]): ReceiverScope {
  const parameters = receivers.flatMap(({ ssmParameter }) => ssmParameter ?? []);
  const namesOf = (its: readonly ParameterReceiver[]) => its.map(({ name }) => name);
  return {
    topicArns: receivers.flatMap(({ sns }) => sns?.topicArn ?? []),
    eventBusArns: receivers.flatMap(({ eventBridge }) => eventBridge?.eventBusArn ?? []),
    parametersInAccounts: namesOf(parameters.filter(({ account }) => account !== 'worker')),
    ownParameters: namesOf(parameters.filter(({ account }) => account === 'worker')),
  };
}

/** Where an entry of the file leads. */
function kindsOf({
  webhook,
  sns,
  eventBridge,
  ssmParameter,
}: Partial<Record<'webhook' | 'sns' | 'eventBridge' | 'ssmParameter', object>>): object[] {
  return [webhook, sns, eventBridge, ssmParameter].filter((kind) => kind !== undefined);
}

function parse(filePath: string): unknown {
  let text;
  try {
    text = readFileSync(filePath, 'utf8');
  } catch (error) {
    throw new Error(`the file cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const document = parseDocument(text);
  const [wrong] = document.errors;
  if (wrong !== undefined)
    throw new Error(`${filePath}: is neither YAML nor JSON: ${oneLine(wrong.message, 200)}`);
  return document.toJS({ maxAliasCount: 100 }) as unknown;
}

function isPlainHttps(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password } = new URL(url);
  return protocol === 'https:' && username === '' && password === '';
}
