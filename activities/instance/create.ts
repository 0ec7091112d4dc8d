import { ApplicationFailure, cancellationSignal, sleep } from '@temporalio/activity';
import {
  defined,
  FAILURES,
  readCreateNews,
  readFailureParts,
  WORKFLOW_ID_TAG,
  type CreateNews,
  type Situation,
} from '../../contract';
import { tell, toldSoFar } from '../attempts';
import type { Account } from '../aws/account';
import type { IdentityCenter } from '../aws/sso-admin';
import { classify, failedAs } from '../errors/classify';
import { callFailure } from '../errors/failure';
import { wantsFreshCredentials } from '../errors/fresh-credentials';
import { AttemptTooLateError, isA } from '../errors/thrown';
import { inAccount, type ActivityDependencies, type AccountInput } from '../in-account';
import { ownArns } from './list';
import { lookAt, type ActiveInstance } from './settled';

export interface CreateInstanceInput extends AccountInput {
  region: string;
  workflowId: string;
  clientToken: string;
  name?: string;
  tags?: Record<string, string>;
  /** What the account had before the run's first CreateInstance, where the run knows. */
  existedBefore?: readonly string[];
  /** The run knows that a call with this token was lost. */
  lostBefore?: boolean;
  /** The account has given its place in the window of its fleet to another. */
  placeGiven?: boolean;
}

/** What AWS has answered, and what the account had before the run asked for the first time. */
export interface CreateAnswer {
  instanceArn: string;
  existedBefore: readonly string[];
  /** The instance, where it was ACTIVE within the first looks. */
  active?: ActiveInstance;
}

/** The pauses of the first looks: most instances are ACTIVE soon, and an activity more costs more than a short wait. */
const FIRST_RESTS_MS = [100, 200, 400, 800, 1200, 1300];

/** After these a look is simply made again: they pass, and say nothing of the account. */
const LOOKED_AGAIN: readonly Situation[] = ['throttled', 'attemptTooLate', 'credentialsStale'];

/**
 * Asks AWS for the instance behind the token, looks for up to four seconds whether it is ACTIVE, and answers with what it
 * knows by then: the ARN at least. A refusal is thrown under AWS's name for it, as the retry policy of the workflow states by
 * name what is never sent again.
 *
 * Before the first call it looks at what the account has: what AWS answers and the look has not shown is the run's own.
 * Each failure carries {@link CreateNews}, and what the run has to know of at once ends the activity: the first call that
 * was lost, an account that gives its place to others, a look that does not come through.
 *
 * A cancelled run waits for what AWS answers, so only the looks after that are cut short.
 */
export async function createInstance(
  deps: ActivityDependencies,
  input: CreateInstanceInput,
): Promise<CreateAnswer> {
  // Where an attempt before this one has come to send, the server has kept what there was.
  const news: CreateNews = readCreateNews(toldSoFar()) ?? {};
  try {
    return await inAccount(
      deps,
      input,
      async (account) => {
        const { identityCenter } = account;
        const existedBefore = (news.existedBefore ??= await lookFirst(deps, identityCenter, input));
        const instanceArn = (news.instanceArn ??= await create(identityCenter, input, existedBefore));
        tell({ existedBefore, instanceArn } satisfies CreateNews);
        const active = await firstLooks(account, input, { existedBefore, instanceArn });
        return defined({ instanceArn, existedBefore, active });
      },
      { finishes: true },
    );
  } catch (error) {
    throw isA(error, ApplicationFailure) ? withNews(error, input, news) : error;
  }
}

async function create(
  identityCenter: IdentityCenter,
  input: CreateInstanceInput,
  existedBefore: readonly string[],
): Promise<string> {
  try {
    return await identityCenter.createInstance(parametersOf(input));
  } catch (error) {
    // A denial may be how AWS says that there is an instance: waiting for the account to be ready would not help.
    if (failedAs(error, 'permissionMissing', 'notFound') && existedBefore.length > 0)
      throw callFailure(input.accountId, error.operation, classify(error));
    throw error;
  }
}

/**
 * Looks a few times whether the instance is ACTIVE. Whatever else becomes of it, or of a look, is for `waitForActive` to
 * find: nothing may keep the ARN from the run.
 */
async function firstLooks(
  account: Account,
  { region, name, tags, placeGiven }: CreateInstanceInput,
  { existedBefore, instanceArn }: CreateAnswer,
): Promise<ActiveInstance | undefined> {
  // It takes its place again before it goes on.
  if (placeGiven === true) return undefined;
  const asked = existedBefore.includes(instanceArn) ? defined({ region, name, tags }) : undefined;
  try {
    for (const restMs of [...FIRST_RESTS_MS, undefined]) {
      cancellationSignal().throwIfAborted();
      const settled = await lookAt(account.identityCenter, defined({ instanceArn, region, asked }));
      if (settled?.status === 'active') return settled;
      if (settled?.status === 'createFailed') break;
      if (restMs !== undefined) await sleep(restMs);
    }
  } catch (error) {
    if (wantsFreshCredentials(error)) account.forgetCredentials();
  }
  return undefined;
}

function parametersOf({ workflowId, clientToken, name, tags }: CreateInstanceInput) {
  const all = { ...tags, [WORKFLOW_ID_TAG]: workflowId };
  return defined({
    ClientToken: clientToken,
    Name: name,
    Tags: Object.entries(all).map(([Key, Value]) => ({ Key, Value })),
  });
}

/**
 * Looks at what the account has, and has the server keep it before anything is sent: so an attempt that finds nothing kept
 * knows that none before it has sent.
 */
async function lookFirst(
  deps: ActivityDependencies,
  identityCenter: IdentityCenter,
  input: CreateInstanceInput,
): Promise<string[]> {
  const existedBefore = [...(input.existedBefore ?? (await ownArns(identityCenter)))];
  if (await deps.keepForLater({ existedBefore } satisfies CreateNews)) return existedBefore;
  throw new AttemptTooLateError('the server has given this attempt up, or does not answer');
}

/** Adds the news to a failure, and ends the activity with it where the run has to know. */
function withNews(
  failure: ApplicationFailure,
  input: CreateInstanceInput,
  news: CreateNews,
): ApplicationFailure {
  const { type, message, cause, category, details, nextRetryDelay } = failure;
  const isTold = !failure.nonRetryable && isForTheRun(failure, input, news.existedBefore !== undefined);
  const goOnAfterMs = isTold ? Number(nextRetryDelay ?? 0) : undefined;
  const told = ApplicationFailure.create({
    message,
    details: [details?.[0], defined({ ...news, goOnAfterMs }) satisfies CreateNews],
    nonRetryable: failure.nonRetryable === true || isTold,
    ...defined({
      type: type ?? undefined,
      cause,
      category: category ?? undefined,
      nextRetryDelay: isTold ? undefined : (nextRetryDelay ?? undefined),
    }),
  });
  told.stack = failure.stack ?? '';
  return told;
}

function isForTheRun(failure: ApplicationFailure, input: CreateInstanceInput, maySend: boolean): boolean {
  const situation = readFailureParts(failure)?.situation;
  // It only waited for its turn.
  if (situation === undefined) return false;
  if (!maySend && input.existedBefore === undefined && !LOOKED_AGAIN.includes(situation)) return true;
  if (situation === 'answerLost') return maySend && input.lostBefore !== true;
  const isNotReady = FAILURES[situation].retry === 'untilAccountReady';
  return isNotReady && input.fleetPage !== undefined && input.placeGiven !== true;
}
