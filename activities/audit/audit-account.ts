import {
  defined,
  describeDifferences,
  differencesOf,
  firstOf,
  mayAdopt,
  remedyOf,
  WORKFLOW_ID_TAG,
  workflowIdOf,
  type AccountAudit,
  type AskedOfAll,
  type DecidedBy,
  type Finding,
  type InstanceDifference,
  type KnownRuns,
} from '../../contract';
import type { Account } from '../aws/account';
import type { Instance } from '../aws/sso-admin';
import { inAccount, withoutAccount, type AccountInput, type ActivityDependencies } from '../in-account';
import { judgeFailure } from '../instance/judge-failure';
import {
  readAsked,
  readCorrected,
  readExpected,
  wasAdopted,
  type ExpectedInstance,
} from './expected-instance';

export interface AuditAccountInput extends AccountInput {
  /** What the rules ask for, where no run says anything; absent where there are none. */
  byRules?: { by: DecidedBy; request: AskedOfAll };
  /** What runs tell of the account; absent where there are none. */
  runs?: KnownRuns;
}

/** What is found, without the account that it is of. */
type Found = Omit<AccountAudit, 'accountId'>;

/** What is known of an account before AWS is asked. */
interface Known extends AuditAccountInput {
  expected?: ExpectedInstance;
  /** What the account is asked for. */
  asked: AskedOfAll;
  /** What a run would ask for; absent where none may be started. */
  startAs?: AccountAudit['startAs'];
}

/** Looks after an account: compares what AWS shows of it with what its runs, or the audit, ask for; writes nothing. */
export async function auditAccount(
  deps: ActivityDependencies,
  input: AuditAccountInput,
): Promise<AccountAudit> {
  const { accountId } = input;
  const known = await withoutAccount(() => readKnown(input));
  try {
    const found = await inAccount(deps, input, (account) => look(account, known));
    return { accountId, ...found };
  } catch (error) {
    const { kind, ...why } = judgeFailure(error, 'audit');
    return { accountId, findings: [kind === 'unknown' ? 'unknown' : 'refused'], ...why };
  }
}

async function readKnown(input: AuditAccountInput): Promise<Known> {
  const { accountId, runs, byRules } = input;
  const expected = runs && (await readExpected(runs));
  const askedBefore =
    expected?.asked ?? (runs?.latest === 'failed' ? await readAsked(accountId, runs.latestRunId) : undefined);
  const mayStart = runs?.latest !== 'deprovisioned' && runs?.latest !== 'cancelled';
  const asked = askedBefore ?? byRules?.request ?? {};
  return {
    ...input,
    asked,
    ...defined({ expected, startAs: mayStart ? (askedBefore ?? byRules?.by) : undefined }),
  };
}

async function look(account: Account, known: Known): Promise<Found> {
  const { expected } = known;
  const instances = await account.identityCenter.listOwnInstances();
  const instance = instances.find(({ instanceArn }) => instanceArn === expected?.instanceArn) ?? instances[0];
  if (instance === undefined) return absent(known);
  const { instanceArn, region = account.region, status, statusReason } = instance;
  const what = `${instanceArn} in ${region}`;
  if (status === 'DELETE_IN_PROGRESS') return absent(known, `${what} is being deleted`);
  if (status !== 'ACTIVE') {
    const reason = statusReason === undefined ? '' : ` (${statusReason})`;
    const isMadeAnew = status === 'CREATE_FAILED' && known.asked.onCreateFailed === 'recreate';
    return found(known, ['notActive'], `${what} is ${status}${reason}`, {
      instanceArn,
      startAs: isMadeAnew ? known.startAs : undefined,
    });
  }
  const tags = await account.identityCenter.inRegion(region).listTags(instanceArn);
  // Deleted since the list was made.
  if (tags === undefined) return absent(known);
  const others = instances.filter((it) => it !== instance);
  return judgeActive(known, { ...instance, region }, tags, others);
}

function absent(known: Known, what?: string): Found {
  const { runs, expected, startAs } = known;
  if (runs?.latest === 'deprovisioned')
    return found(
      known,
      ['deprovisioned'],
      what ?? 'there is no instance, and its latest run was to delete it',
    );
  const none = what ?? 'the account has no instance in any Region';
  if (expected !== undefined) {
    const shown = what ?? 'AWS does not show it any more';
    return found(known, ['deleted'], `a run made ${expected.instanceArn}: ${shown}`, { startAs });
  }
  switch (runs?.latest) {
    case 'failed':
      return found(known, ['failed'], `${none}, and its latest run has failed`, { startAs });
    case 'cancelled':
      return found(known, ['cancelled'], `${none}, and its latest run was cancelled`);
    default:
      return found(known, ['missing'], none, { startAs });
  }
}

async function judgeActive(
  known: Known,
  instance: Instance & { region: string },
  tags: ReadonlyMap<string, string>,
  others: readonly Instance[],
): Promise<Found> {
  const { accountId, runs, expected, asked } = known;
  const { instanceArn, region } = instance;
  const what = `${instanceArn} in ${region}`;
  const isExpected = instanceArn === expected?.instanceArn;
  const isTagged = tags.get(WORKFLOW_ID_TAG) === workflowIdOf(accountId);
  const findings: Finding[] = others.length > 0 ? ['secondInstance'] : [];
  const beside = others.map((other) => `; beside it there is ${other.instanceArn}`).join('');
  if (!isExpected && !isTagged) {
    if (expected !== undefined) findings.push('deleted');
    findings.push('otherOwner');
    const isElsewhere = asked.region !== undefined && region !== asked.region;
    const startAs = mayAdopt(asked.existing ?? 'fail', isElsewhere) ? known.startAs : undefined;
    const made =
      expected === undefined ? '' : `; a run made ${expected.instanceArn}, which AWS does not show`;
    return found(known, findings, `no run made ${what}${made}${beside}`, { instanceArn, startAs });
  }
  if (runs?.latest === 'deprovisioned')
    return found(known, [...findings, 'stillThere'], `a run made ${what}${beside}`, { instanceArn });
  const compare = ({ region: askedRegion = region, existing, name, tags: askedTags }: AskedOfAll) =>
    differencesOf(
      // Whoever takes it over anywhere has asked for no Region.
      { region: existing === 'adoptAnywhere' ? region : askedRegion, ...defined({ name, tags: askedTags }) },
      { region, name: instance.name, tags },
    );
  let differences = compare(asked);
  if (isExpected && differences.length > 0) {
    const corrected = await readCorrected(expected);
    // What the run was started with may not be what it was asked for in the end.
    if (corrected === undefined) return unclear(what, instanceArn, differences);
    differences = compare(corrected);
  }
  if (isExpected && !isTagged && !(await wasAdopted(expected)))
    differences.push(tagOfRuns(accountId, tags.get(WORKFLOW_ID_TAG)));
  findings.push(...findingsOf(differences));
  const why = differences.length === 0 ? '' : `: ${describeDifferences(firstOf(differences) ?? [])}`;
  return found(known, findings.length === 0 ? ['inOrder'] : findings, `a run made ${what}${why}${beside}`, {
    instanceArn,
    differences: firstOf(differences),
  });
}

function unclear(what: string, instanceArn: string, differences: readonly InstanceDifference[]): Found {
  const how = describeDifferences(firstOf(differences) ?? []);
  const why = `${what} is not as its run was asked for at first: ${how}; whether a correction asked for that no worker has said in time`;
  return { findings: ['unknown'], why, remedy: 'Audit again.', instanceArn };
}

function tagOfRuns(accountId: string, actual: string | undefined): InstanceDifference {
  return defined({ field: `tags.${WORKFLOW_ID_TAG}`, asked: workflowIdOf(accountId), actual });
}

function findingsOf(differences: readonly InstanceDifference[]): Finding[] {
  const findings = differences.map(({ field }): Finding => {
    if (field === 'name') return 'renamed';
    return field === 'region' ? 'otherRegion' : 'tagsChanged';
  });
  return [...new Set(findings)];
}

function found(
  { accountId }: Known,
  findings: Finding[],
  why: string,
  more: { [K in keyof Found]?: Found[K] | undefined } = {},
): Found {
  const remedy = findings.map(remedyOf).find((it) => it !== undefined);
  return { findings, why, ...defined({ remedy: remedy?.replaceAll('<accountId>', accountId), ...more }) };
}
