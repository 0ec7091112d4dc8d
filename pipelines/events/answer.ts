import type { ProvisionRequestInput } from '../../client';
import {
  decide,
  defined,
  mergeRequest,
  oneLine,
  readRequest,
  requestBy,
  type DeprovisionRequestInput,
  type EventRules,
  type KnownFacts,
  type Problem,
  type RequestDefaults,
  type UnknownFact,
} from '../../contract';
import { rulesOf } from '../rules';
import { deliveriesIn, type Delivery } from './deliveries';
import type { AccountEvent, EventFacts, Happening } from './happening';
import { readEvent } from './read-event';

/** What an event means. Nothing is started but by `provision` and `deprovision`, for the account that they name. */
export type EventAnswer = {
  /** One line for people: the account, what happened, and the next step where there is one. */
  message: string;
  /** The event, as far as it could be read. */
  event?: EventFacts;
} & (
  | { answer: 'provision'; accountId: string; request: ProvisionRequestInput }
  /** The account may be used in a Region now: a run that waits for that is to try again. */
  | { answer: 'retry'; accountId: string; region: string }
  | { answer: 'deprovision'; accountId: string; request: DeprovisionRequestInput }
  /** Read, and nothing is to be done, by the rules or by what it says. */
  | {
      answer: 'ignored';
      accountId?: string;
      reason: string;
      /** A rule, or `otherwise`, has decided it. */
      byRules?: true;
    }
  /** The pipeline could not vend the account; nothing is started, and a person should know. */
  | { answer: 'vendingFailed'; accountId?: string; accountName?: string; reason: string }
  /** Sent by another organization, or of an account that is not allowed; nothing is started, and a person should look. */
  | { answer: 'refused'; accountId?: string; reason: string }
  /** An event of another kind. */
  | { answer: 'notOurs'; reason: string }
  /** It cannot be told what it says; a person should look. */
  | { answer: 'unreadable'; field: string; reason: string }
  /** The rules ask for what nobody knows of the account; a person should look. */
  | { answer: 'undecided'; accountId: string; unknown: UnknownFact; reason: string }
);

/**
 * Reads an event of an account-vending pipeline, and says what it means: a request where it tells of an account that was
 * vended. Control Tower's, Organizations' and Account Management's are known, whole or shortened, by themselves or in a
 * message of SQS or SNS.
 *
 * @param defaults what the request says beside the account; the Region at least
 * @throws InvalidRequestError where the defaults are not valid; whatever the event is, the answer says it
 */
export function requestFromEvent(event: unknown, defaults: RequestDefaults): EventAnswer {
  return answerEvent(event, rulesOf({ defaults }));
}

/** Says what an event means by rules. Never throws. */
export function answerEvent(event: unknown, rules: EventRules, known: KnownFacts = {}): EventAnswer {
  const [delivery, second] = deliveriesIn(event);
  if (delivery === undefined || second !== undefined)
    return unreadable({ field: 'event', message: 'must be one event: take a batch apart with deliveriesIn' });
  return answerDelivery(delivery, rules, known);
}

/** Says what an event that was delivered means by rules. Never throws. */
export function answerDelivery(delivery: Delivery, rules: EventRules, known: KnownFacts = {}): EventAnswer {
  const read = 'problem' in delivery ? delivery : readEvent(delivery.event);
  if ('problem' in read) return unreadable(read.problem);
  const { facts: event, happening } = read;
  const reason = whyRefused(read, rules);
  if (typeof reason === 'object') return { ...unreadable(reason), event };
  const meaning = reason === undefined ? meaningOf(happening, rules, known) : refused(happening, reason);
  if (meaning.answer === 'deprovision' && Number.isNaN(Date.parse(event.at ?? '')))
    return { ...unreadable(NO_TIME), event };
  return { ...meaning, event, message: meaning.message.replace(/\.?$/, ` (${describeEvent(event)}).`) };
}

/** Says why nothing may come of an event, whatever it says; a problem where that cannot be told. */
function whyRefused(
  { happening, senders }: AccountEvent,
  { managementAccountId, allowedAccounts }: EventRules,
): string | Problem | undefined {
  if (happening.kind === 'other') return undefined;
  if (managementAccountId !== undefined) {
    if (senders.length === 0)
      return { field: 'account', message: 'is required, as the rules name the managementAccountId' };
    // A change of a Region is told by the account itself.
    const own =
      happening.kind === 'regionEnabled' || happening.kind === 'idle' ? happening.accountId : undefined;
    const foreign = senders.find(({ accountId }) => ![managementAccountId, own].includes(accountId));
    if (foreign !== undefined)
      return `account ${foreign.accountId} sent it, and managementAccountId of the rules is ${managementAccountId}`;
  }
  const { accountId } = happening;
  if (accountId !== undefined && allowedAccounts !== undefined && !allowedAccounts.includes(accountId))
    return NOT_ALLOWED;
  return undefined;
}

const NO_TIME: Problem = {
  field: 'time',
  message: 'must say when the account left: what is there now may have been made since',
};

export const NOT_ALLOWED = 'it is not among the allowedAccounts of the rules';

type Meaning = EventAnswer;

/** Says that nothing may come of what happened. */
export function refused(happening: Happening, reason: string): Meaning {
  const accountId = 'accountId' in happening ? happening.accountId : undefined;
  return {
    answer: 'refused',
    ...defined({ accountId }),
    reason,
    message: `${whose(accountId)}refused: ${reason}. Nothing was started. If it should be, correct the rules and send the event again`,
  };
}

function meaningOf(happening: Happening, rules: EventRules, known: KnownFacts): Meaning {
  switch (happening.kind) {
    case 'vended':
      return meaningOfVended(happening, rules, known);
    case 'vendingFailed': {
      const { accountId, accountName, reason } = happening;
      const name = accountName === undefined ? '' : ` ${JSON.stringify(accountName)}`;
      return {
        answer: 'vendingFailed',
        reason,
        ...defined({ accountId, accountName }),
        message: `${accountId === undefined ? `An account${name}: ` : whose(accountId)}was not vended: ${reason.replace(/\.$/, '')}. Nothing was started. Mend it in the pipeline, which sends another event once it has succeeded`,
      };
    }
    case 'closed':
    case 'removed':
      return meaningOfGone(happening, rules);
    case 'regionEnabled': {
      const { accountId, region } = happening;
      const message = `${whose(accountId)}the Region ${region} is enabled`;
      return { answer: 'retry', accountId, region, message };
    }
    case 'idle':
      return ignored(happening.accountId, happening.reason);
    case 'other':
      return { answer: 'notOurs', reason: happening.reason, message: `Not served: ${happening.reason}` };
  }
}

/** Says what becomes of an account that was vended. @param asked fields of the request that go over those of the rules */
export function meaningOfVended(
  { accountId, accountName, organizationalUnit }: Extract<Happening, { kind: 'vended' }>,
  rules: EventRules,
  known: KnownFacts,
  asked: object = {},
): Meaning {
  if (accountId === rules.managementAccountId)
    return ignored(accountId, 'it is the management account, which can have no account instance');
  const unit = Object.values(organizationalUnit ?? {});
  const decided = decide(rules, {
    ...defined({ accountName, organizationalUnits: unit.length > 0 ? unit : undefined }),
    ...known,
    accountId,
  });
  if ('unknown' in decided) return undecided(accountId, decided.unknown);
  const byRules = requestBy(decided.by, rules);
  if (byRules === undefined) return ignored(accountId, `${decided.by} of the rules says so`, true);
  const request = mergeRequest(byRules, asked) as RequestDefaults;
  // Each part is valid, and the whole may still have too many tags.
  const read = readRequest({ ...request, accountId });
  if ('problems' in read) {
    const [problem = { field: 'request', message: 'is not valid' }] = read.problems;
    return unreadable({ field: `request.${problem.field}`, message: problem.message });
  }
  return {
    answer: 'provision',
    accountId,
    request: { ...request, accountId },
    message: `${whose(accountId)}was vended; to be provisioned in ${request.region}`,
  };
}

function meaningOfGone(
  { kind, accountId }: { kind: 'closed' | 'removed'; accountId: string },
  { onClosed, onRemoved, defaults: { region } }: EventRules,
): Meaning {
  const [setting, policy] = kind === 'closed' ? ['onClosed', onClosed] : ['onRemoved', onRemoved];
  const what = kind === 'closed' ? 'it was closed' : 'it was removed from the organization';
  if (policy === 'ignore') return ignored(accountId, `${what}, and ${setting} of the rules says ignore`);
  return {
    answer: 'deprovision',
    accountId,
    request: { accountId, region },
    message: `${whose(accountId)}${what}; its instance is to be deleted`,
  };
}

function ignored(accountId: string | undefined, reason: string, byRules?: true): Meaning {
  return {
    answer: 'ignored',
    reason,
    ...defined({ accountId, byRules }),
    message: `${whose(accountId)}ignored: ${reason}`,
  };
}

/** Says that an event cannot be read, or not decided. */
export function unreadable({ field, message: reason }: Problem): EventAnswer {
  const at = oneLine(field, 200);
  return {
    answer: 'unreadable',
    field: at,
    reason,
    message: `The event cannot be read: ${at}: ${reason}. Nothing was started. Send it whole, as AWS sent it.`,
  };
}

function undecided(accountId: string, unknown: UnknownFact): Meaning {
  const reason = `the rules ask for its ${UNKNOWN[unknown]}, which the event does not say`;
  return {
    answer: 'undecided',
    accountId,
    unknown,
    reason,
    message: `${whose(accountId)}undecided: ${reason}. Nothing was started. Let AWS be asked for it (lookUp), or change the rules, and send the event again`,
  };
}

const UNKNOWN: Record<UnknownFact, string> = {
  organizationalUnit: 'organizational unit',
  accountName: 'name',
  tags: 'tags',
};

function whose(accountId: string | undefined): string {
  return accountId === undefined ? 'The event: ' : `Account ${accountId}: `;
}

function describeEvent({ name, id, at }: EventFacts): string {
  return [name, ...(at === undefined ? [] : [`of ${at}`]), ...(id === undefined ? [] : [`id ${id}`])].join(
    ', ',
  );
}
