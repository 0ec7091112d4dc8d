import {
  NoRunError,
  SteeringRefusedError,
  type AccountStatus,
  type IdentityCenterClient,
  type StartedRun,
} from '../../client';
import {
  defined,
  FAILURES,
  isOpenStatus,
  PROVISION_WORKFLOW,
  type EventRule,
  type EventRules,
  type EventRulesInput,
  type KnownFacts,
  type Situation,
  type UnknownFact,
} from '../../contract';
import { rulesOf } from '../rules';
import { answerAccount } from './answer-account';
import { answerDelivery, answerEvent, type EventAnswer } from './answer';
import { deliveriesIn, type Delivery } from './deliveries';

/** Asks AWS, or an inventory, what no event says of an account: the facts that the rules ask for. */
export type LookUp = (accountId: string, facts: readonly UnknownFact[]) => Promise<KnownFacts>;

export interface StartOptions {
  /** Asked of an account that was vended, where the rules ask for what no event says; default: nobody is. */
  lookUp?: LookUp;
}

/** What came of an event. */
export interface EventOutcome {
  answer: EventAnswer;
  /** `joined`: a run was open already that had been asked for the same, as for a duplicate; `nothing`: no run was touched. */
  outcome: 'started' | 'joined' | 'retried' | 'nothing';
  /** The run that was started or joined. */
  run?: StartedRun;
  /** One line for people. */
  message: string;
}

/** The part of the client that events need. */
export type EventClient = Pick<IdentityCenterClient, 'start' | 'startDeprovision' | 'status' | 'retry'>;

/**
 * Does what an event asks for, by rules, and returns without a wait for any run to end: starts the run of an account that was
 * vended, or joins its open run; has a run try again that waits for a Region. What is to be done with the other answers is
 * the caller's: nothing was started.
 *
 * @param rules those of {@link readRules}, or as a program writes them
 * @throws InvalidRequestError where the rules are not valid
 * @throws RequestDiffersError, OtherRunOpenError, OtherTaskQueueError, NoWorkerError, TemporalServerError where the event
 *   should be delivered again; and whatever the look-up throws
 */
export async function startFromEvent(
  client: EventClient,
  event: unknown,
  rules: EventRules | EventRulesInput,
  { lookUp }: StartOptions = {},
): Promise<EventOutcome> {
  const [delivery, second] = deliveriesIn(event);
  if (delivery === undefined || second !== undefined)
    return carryOut(client, answerEvent(event, rulesOf(rules)));
  return startFromDelivery(client, delivery, rules, defined({ lookUp }));
}

/** As {@link startFromEvent}, for one event of a batch that {@link deliveriesIn} has taken apart. */
export async function startFromDelivery(
  client: EventClient,
  delivery: Delivery,
  rules: EventRules | EventRulesInput,
  { lookUp }: StartOptions = {},
): Promise<EventOutcome> {
  const read = rulesOf(rules);
  return startAsAnswered(client, read, lookUp, (known) => answerDelivery(delivery, read, known));
}

/**
 * As {@link startFromEvent}, for an account that a pipeline names without an event.
 *
 * @param request fields that go over those of the rules, unchecked
 */
export async function startFromAccount(
  client: EventClient,
  { accountId, request = {} }: { accountId: string; request?: unknown },
  rules: EventRules | EventRulesInput,
  { lookUp }: StartOptions = {},
): Promise<EventOutcome> {
  const read = rulesOf(rules);
  return startAsAnswered(client, read, lookUp, (known) => answerAccount(accountId, request, read, known));
}

/** Does what the rules say; asks what nobody knows of the account, where they are about that. */
async function startAsAnswered(
  client: EventClient,
  rules: EventRules,
  lookUp: LookUp | undefined,
  answer: (known: KnownFacts) => EventAnswer,
): Promise<EventOutcome> {
  const first = answer({});
  const facts = lookUp === undefined ? [] : factsToAskFor(first, rules);
  const accountId = 'accountId' in first ? first.accountId : undefined;
  if (lookUp === undefined || facts.length === 0 || accountId === undefined) return carryOut(client, first);
  return carryOut(client, answer(await lookUp(accountId, facts)));
}

/** Lists what the rules ask of a vended account that its event does not say: it names one unit of all that the account is in. */
function factsToAskFor(answer: EventAnswer, { rules }: EventRules): UnknownFact[] {
  const isOfRules =
    ['provision', 'undecided'].includes(answer.answer) ||
    (answer.answer === 'ignored' && answer.byRules === true);
  if (!isOfRules) return [];
  const asks = (part: keyof EventRule['match']) => rules.some(({ match }) => match[part] !== undefined);
  return [
    ...(asks('organizationalUnit') ? (['organizationalUnit'] as const) : []),
    ...(asks('tags') ? (['tags'] as const) : []),
    ...(answer.answer === 'undecided' && asks('account') ? (['accountName'] as const) : []),
  ];
}

async function carryOut(client: EventClient, answer: EventAnswer): Promise<EventOutcome> {
  switch (answer.answer) {
    case 'provision':
      return started(answer, await client.start(answer.request));
    case 'deprovision':
      return deprovisionLeft(client, answer);
    case 'retry':
      return retryWaiting(client, answer);
    default:
      return { answer, outcome: 'nothing', message: answer.message };
  }
}

function started(answer: EventAnswer, run: StartedRun): EventOutcome {
  const [outcome, what] = run.joined
    ? (['joined', `Joined its open run ${run.runId}.`] as const)
    : (['started', `Started run ${run.runId}.`] as const);
  const notice = run.notice === undefined ? '' : ` ${run.notice}`;
  return { answer, outcome, run, message: `${answer.message} ${what}${notice}` };
}

/**
 * Starts the run that deletes the instance of an account that has left, but where the account has had a run that provisions since:
 * an event may come days later, out of a dead-letter queue, when the account is back.
 */
async function deprovisionLeft(
  client: EventClient,
  answer: Extract<EventAnswer, { answer: 'deprovision' }>,
): Promise<EventOutcome> {
  const { accountId, request, event } = answer;
  const latest = await latestOf(client, accountId);
  const leftAt = Date.parse(event?.at ?? '');
  if (latest?.workflowType === PROVISION_WORKFLOW && Date.parse(latest.startedAt) > leftAt) {
    const reason = `its run ${latest.runId} was started since, at ${latest.startedAt}`;
    const remedy = `Where the account has left all the same: identity-center deprovision ${accountId}`;
    const message = `${answer.message} Refused, and nothing is deleted: ${reason}. ${remedy}`;
    return {
      // A person should look: that a run was started is no proof that the account is back.
      answer: { answer: 'refused', accountId, reason, message, ...defined({ event }) },
      outcome: 'nothing',
      message,
    };
  }
  return started(answer, await client.startDeprovision(request));
}

/** Looks at the latest run of an account; `undefined`: it has never had one. */
async function latestOf(client: EventClient, accountId: string): Promise<AccountStatus | undefined> {
  try {
    return await client.status(accountId);
  } catch (error) {
    if (error instanceof NoRunError) return undefined;
    throw error;
  }
}

/** Has the run of an account try again, where it waits until the account is let into the Region. */
async function retryWaiting(
  client: EventClient,
  answer: Extract<EventAnswer, { answer: 'retry' }>,
): Promise<EventOutcome> {
  const { accountId, region } = answer;
  const nothing = (why: string): EventOutcome => ({
    answer,
    outcome: 'nothing',
    message: `${answer.message} Nothing to do: ${why}.`,
  });
  try {
    const status = await latestOf(client, accountId);
    const why = status === undefined ? NO_RUN_WAITS : whyNoRetry(status, region);
    if (why !== undefined) return nothing(why);
    await client.retry(accountId);
    return { answer, outcome: 'retried', message: `${answer.message} Its run tries again.` };
  } catch (error) {
    if (error instanceof NoRunError) return nothing(NO_RUN_WAITS);
    // It has gone on by itself meanwhile.
    if (error instanceof SteeringRefusedError) return nothing(`its run does not wait: ${error.reason}`);
    throw error;
  }
}

const NO_RUN_WAITS = 'no run is open that waits for it';

function whyNoRetry(
  { status, workflowType, request, stage, failure, pending, notice }: AccountStatus,
  region: string,
): string | undefined {
  if (!isOpenStatus(status) || workflowType !== PROVISION_WORKFLOW) return NO_RUN_WAITS;
  if (request !== undefined && request.region !== region) return `its run asks for ${request.region}`;
  // What it waits for is not known: whoever does not answer the order is told then.
  if (notice !== undefined) return undefined;
  const { situation } = (stage === 'held' ? failure : (pending?.failure ?? failure)) ?? {};
  return situation !== undefined && waitsForRegion(situation)
    ? undefined
    : 'its run waits for something else';
}

/** What AWS answers where the Region is not enabled in the account. */
function waitsForRegion(situation: Situation): boolean {
  return (
    situation === 'accountNotReady' ||
    ['untilAccountReady', 'freshCredentials'].includes(FAILURES[situation].retry)
  );
}
