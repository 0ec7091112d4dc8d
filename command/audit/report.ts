import { stringify } from 'csv-stringify/sync';
import { FINDINGS, type AccountAudit, type AuditReport, type Finding } from '../../client';
import { describeDifferences, isFine, kindOf, utc } from '../../contract';
import { groupBy, printGroups, type CauseGroup } from '../causes';
import { EXIT } from '../exit-codes';
import { writeOut, writeTo } from '../file-output';
import { pc, print, printJson, printRows } from '../output';
import { counted, duration, grouped } from '../words';

/** How a report is written, and where. */
export interface ReportOptions {
  json?: boolean;
  format: 'table' | 'json' | 'csv';
  output?: string;
}

/**
 * Writes what an audit found.
 *
 * @returns the exit code: {@link EXIT.failed} where an account is not as it was asked for, or could not be looked at
 */
export async function writeReport(
  report: AuditReport,
  { json, format, output }: ReportOptions,
): Promise<number> {
  const as = json ? 'json' : format;
  if (output !== undefined) {
    await writeTo(output, as === 'csv' ? toCsv(report) : `${JSON.stringify(report)}\n`);
    print(
      `Audit ${report.name}: wrote what was found of ${counted(report.accounts, 'account')} to ${output}`,
    );
  } else if (as === 'json') printJson(report);
  else if (as === 'csv') await writeOut(toCsv(report));
  else printReport(report);
  return report.drifted + report.unseen === 0 ? EXIT.done : EXIT.failed;
}

const COLUMNS = ['accountId', 'findings', 'instanceArn', 'differences', 'reason', 'message', 'remedy'];

/** Writes what was found of each account, a line each, as RFC 4180 has it. */
export function toCsv({ found }: AuditReport): string {
  const rows = found.map(({ findings, differences, why, ...account }) => ({
    ...account,
    findings: findings.join(' '),
    differences: differences && describeDifferences(differences),
    message: why,
  }));
  return stringify(rows, {
    header: true,
    columns: COLUMNS,
    record_delimiter: 'windows',
    // A spreadsheet would run it: the texts are not ours.
    escape_formulas: true,
  });
}

function printReport(report: AuditReport): void {
  const { name, accounts, drifted, unseen, startedAt, endedAt, schedule, started, startable, lostPages } =
    report;
  const took = duration(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)));
  printRows([
    ['Audit', name],
    ['Organization', report.organizationId],
    [
      'Accounts',
      `${grouped(accounts)}: ${grouped(drifted)} not as asked for, ${grouped(unseen)} could not be looked at`,
    ],
    ['Started', `${utc(startedAt)}, took ${took}`],
    ['Fleet', started && `${started.fleet} makes what is missing in ${counted(started.accounts, 'account')}`],
    [
      'Missing',
      started === undefined &&
        startable > 0 &&
        `a run would make an instance in ${counted(startable, 'account')}; nothing was started`,
    ],
    [
      'Schedule',
      schedule &&
        `every ${duration(schedule.everyMs)}${schedule.nextAt === undefined ? ', paused' : `, next ${utc(schedule.nextAt)}`}`,
    ],
    ['Run', report.workflowId],
    [
      'Note',
      lostPages.length > 0 &&
        pc.yellow(
          `${counted(lostPages.length, 'page')} of ${report.pages} did not come back, or Temporal has forgotten: their accounts are in no list`,
        ),
    ],
  ]);
  print();
  for (const [finding, { meaning }] of Object.entries(FINDINGS)) {
    const count = report.counts[finding as Finding];
    if (count === undefined) continue;
    const colour = colourOf([finding as Finding]);
    print(`${grouped(count).padStart(8)}  ${colour(finding.padEnd(15))}${meaning}`);
  }
  const bad = groupBy(
    report.found.filter((account) => !isFine(account)),
    ({ findings, reason }) => `${findings.join(' ')} ${reason ?? ''}`,
  );
  if (bad.length === 0) return;
  printGroups(bad.flatMap(describeGroup));
  print(`\nEvery account: identity-center audit report --audit-name ${name} --format csv`);
}

function describeGroup(group: readonly AccountAudit[]): CauseGroup[] {
  const [first] = group;
  if (first === undefined) return [];
  const { accountId, findings, reason, why, remedy } = first;
  const count = group.length;
  const what = `${grouped(count)} ${findings.join(', ')}${reason === undefined ? '' : `: ${reason}`}`;
  return [
    {
      title: colourOf(findings)(what),
      example: count > 1 ? `${why} (${accountId})` : why,
      remedy,
      accounts: group.map((account) => account.accountId),
      count,
    },
  ];
}

function colourOf(findings: readonly Finding[]): (text: string) => string {
  const kinds = findings.map(kindOf);
  if (kinds.includes('drift')) return pc.red;
  return kinds.includes('unseen') ? pc.yellow : pc.green;
}
