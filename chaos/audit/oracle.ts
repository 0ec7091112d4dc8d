import type { Finding } from '../../client';
import type { EmulatedInstance } from '../../sandbox/emulator';
import { applyRules } from '../apply-rules';
import type { Audited, AuditEvidence } from './evidence';

type JudgedAudits = AuditEvidence & { first: Audited; second: Audited };
type AuditRule = (evidence: JudgedAudits) => string[];

/** What an audit may find where everything works again: an account with no instance, or with one. */
const WITHOUT: readonly Finding[] = ['missing', 'failed', 'cancelled', 'deprovisioned', 'deleted'];
const WITH: readonly Finding[] = [
  'inOrder',
  'renamed',
  'tagsChanged',
  'otherRegion',
  'otherOwner',
  'stillThere',
  'notActive',
];
const AS_ITS_OWNER_MADE_IT: readonly Finding[] = ['inOrder', 'renamed', 'tagsChanged'];
/** A worker that is killed may keep an account from being looked at, and a run may wait for a person. */
const NEITHER: readonly Finding[] = ['unknown', 'held'];

/** Says what is wrong with the audits at the end: nothing, where every promise was kept. */
export function auditViolations(evidence: AuditEvidence): string[] {
  const { first, second, unreadable } = evidence;
  if (unreadable !== undefined) return [`the audit has not ended well: ${unreadable}`];
  if (first === undefined || second === undefined) return ['there was no audit'];
  return applyRules(RULES, { ...evidence, first, second }).map((violation) => `audit: ${violation}`);
}

/** An audit looks after each account of the organization, once. */
const looksAfterEach: AuditRule = ({ accounts, first, second }) =>
  [first, second].flatMap(({ report: { name, found, lostPages } }) => {
    const ids = found.map(({ accountId }) => accountId);
    const missing = accounts.filter((id) => !ids.includes(id));
    const doubled = ids.filter((id, index) => ids.indexOf(id) !== index);
    return [
      ...(lostPages.length === 0 ? [] : [`"${name}" has lost pages ${lostPages.join(', ')}`]),
      ...missing.map((id) => `"${name}" says nothing of ${id}`),
      ...doubled.map((id) => `"${name}" tells of ${id} twice`),
    ];
  });

/** What an audit says of an account is what AWS has. */
const saysWhatThereIs: AuditRule = ({ accounts, first, second }) =>
  [first, second].flatMap(({ report: { name, found }, instances }) =>
    accounts.flatMap((id) => {
      const findings = found.find(({ accountId }) => accountId === id)?.findings ?? [];
      const count = of(id, instances).length;
      const isThere = findings.some((finding) => WITH.includes(finding));
      const isNot = findings.some((finding) => WITHOUT.includes(finding));
      if (findings.every((finding) => NEITHER.includes(finding)))
        return name === second.report.name && findings.includes('unknown')
          ? [`"${name}" could not look at ${id}, though nothing was broken`]
          : [];
      // One that a run made may be gone, and another be there.
      if ((isThere && count === 1) || (isNot && !isThere && count === 0)) return [];
      return [`"${name}" finds ${id} ${findings.join(', ')}, and it has ${count} instances`];
    }),
  );

/** What is missing is made, once; what is there already is taken over as it is; what the audit does not start it leaves alone. */
const makesWhatIsMissing: AuditRule = ({ accounts, first, second, spent }) =>
  accounts.flatMap((id) => {
    const { startAs, findings: seen } = first.report.found.find(({ accountId }) => accountId === id) ?? {};
    const [before, after] = [of(id, first.instances), of(id, second.instances)];
    if (startAs === undefined)
      return arns(before) === arns(after) ? [] : [`${id} was not to be started, and has other instances`];
    if (spent.includes(id)) return [];
    const findings = second.report.found.find(({ accountId }) => accountId === id)?.findings ?? [];
    const isAdopted = seen?.includes('otherOwner') === true && arns(before) === arns(after);
    const expected = isAdopted ? AS_ITS_OWNER_MADE_IT : ['inOrder'];
    return after.length === 1 && findings.every((finding) => expected.includes(finding))
      ? []
      : [`${id} was started, has ${after.length} instances, and is ${findings.join(', ')}`];
  });

const RULES: readonly AuditRule[] = [looksAfterEach, saysWhatThereIs, makesWhatIsMissing];

function of(id: string, instances: readonly EmulatedInstance[]): EmulatedInstance[] {
  return instances.filter(({ accountId }) => accountId === id);
}

function arns(instances: readonly EmulatedInstance[]): string {
  return instances
    .map(({ instanceArn }) => instanceArn)
    .sort()
    .join();
}
