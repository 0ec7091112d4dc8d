import {
  ChildWorkflowFailure,
  continueAsNew,
  defineQuery,
  isCancellation,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import {
  AUDIT_PAGE_WORKFLOW,
  AUDIT_STAGES,
  PROGRESS_QUERY,
  readAuditRequest,
  type AccountAudit,
  type AuditPage,
  type AuditProgress,
  type AuditRequest,
  type AuditResult,
  type AuditStage,
} from '../../contract';
import { carriedOver, readArgument } from '../shared/argument';
import { stateVersioning } from '../shared/versioning';
import { auditDetails } from './details';
import { listAccounts } from './list-accounts';
import { countAudit, countFailedAudit } from './metrics';
import { startMissing } from './start-missing';
import { AuditState, type CarriedAudit } from './state';

/** Pages at once, so that a slow account does not keep others waiting. */
const PAGES = 2;

/** An execution ends far below what a history may hold: 51,200 events and 50 MiB. */
const MAX_EVENTS = 2_000;
const MAX_BYTES = 4_000_000;

/** A page of accounts that is being looked after. */
interface OpenPage {
  accounts: number;
  handle: ChildWorkflowHandle<(page: AuditPage) => Promise<AccountAudit[]>>;
}

/**
 * Looks after every account of an organization: lists them, compares each with its runs and with AWS, and counts what is not
 * as it was asked for; what it found of each account its pages return. Reads only, unless it is told to start what is missing.
 */
export async function auditIdentityCenter(argument: unknown, carried?: CarriedAudit): Promise<AuditResult> {
  const request = readArgument(readAuditRequest, argument, 'audit again');
  const earlier = carriedOver(carried);
  const state = earlier === undefined ? AuditState.begin(request) : AuditState.goOn(request, earlier);
  const setStage = (stage: AuditStage) => {
    state.stage = stage;
    show(state);
  };
  setHandler(defineQuery<AuditProgress>(PROGRESS_QUERY), () => state.progress(), {
    description: 'Where the audit stands.',
  });
  try {
    if (earlier === undefined) {
      setStage('listing');
      state.listed(await listAccounts(request));
    }
    setStage('looking');
    await lookAfterAll(state, request);
    if (request.start && state.startable > 0) {
      setStage('starting');
      state.started = await startMissing(state, request);
    }
  } catch (error) {
    countFailedAudit(error);
    throw error;
  }
  setStage('done');
  const result = state.result();
  countAudit(result);
  return result;
}

// It ends within the hour, or a few; the next is of the version that is current then.
stateVersioning('PINNED', auditIdentityCenter);

/** Has page after page looked after, two at once; goes on in another execution where the history has become long. */
async function lookAfterAll(state: AuditState, request: AuditRequest): Promise<void> {
  const open: OpenPage[] = [];
  for (;;) {
    while (open.length < PAGES && !isLong()) {
      const next = state.nextPage();
      if (next === undefined) break;
      const { pageId: workflowId, page } = next;
      const accounts = page.accounts.length;
      const staticSummary = `audit of ${accounts} accounts`;
      const handle = await startChild(AUDIT_PAGE_WORKFLOW, { workflowId, args: [page], staticSummary });
      open.push({ accounts, handle });
    }
    const first = open.shift();
    if (first !== undefined) {
      await take(state, first);
      show(state);
    } else if (isLong()) await continueAsNew<typeof auditIdentityCenter>(request, state.carried);
    else return;
  }
}

/** One page that does not come back, as where somebody has terminated it, does not end the audit. */
async function take(state: AuditState, { accounts, handle }: OpenPage): Promise<void> {
  try {
    state.seen(await handle.result());
  } catch (error) {
    if (!(error instanceof ChildWorkflowFailure) || isCancellation(error)) throw error;
    state.lost(accounts);
  }
}

function isLong(): boolean {
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > MAX_EVENTS || historySize > MAX_BYTES;
}

/** Shows in the UI where the audit stands. */
function show(state: AuditState): void {
  setCurrentDetails(auditDetails(state.progress(), AUDIT_STAGES[state.stage]));
}
