import { stringify } from 'csv-stringify/sync';
import { describeDifferences } from '../../../contract';
import { EXIT } from '../../exit-codes';
import { writeOut, writeTo } from '../../file-output';
import { print } from '../../output';
import { checkFleetName, withClient, type CommonOptions } from '../../with-client';
import { counted } from '../../words';
import { describeForgotten, toHtml } from './html';
import { fleetReport, type FleetReport } from './report';

const WRITERS = {
  json: (report: FleetReport) => `${JSON.stringify(report)}\n`,
  csv: toCsv,
  html: toHtml,
};

/**
 * Writes the report of a fleet, open or ended, to a file or to stdout.
 *
 * @returns the exit code: that of the writing, whatever became of the fleet
 */
export async function writeReport(
  name: string,
  { json, format, output }: CommonOptions & { format: keyof typeof WRITERS; output?: string },
): Promise<number> {
  checkFleetName(name);
  const report = await withClient((client) => fleetReport(client, name));
  const text = WRITERS[json ? 'json' : format](report);
  const lacks = describeForgotten(report);
  if (lacks !== undefined) process.stderr.write(`Fleet ${name}: ${lacks}\n`);
  if (output === undefined) await writeOut(text);
  else {
    await writeTo(output, text);
    print(`Fleet ${name}: wrote the report of ${counted(report.counts.accounts, 'account')} to ${output}`);
  }
  return EXIT.done;
}

const COLUMNS = [
  'accountId',
  'region',
  'name',
  'end',
  'outcome',
  'instanceArn',
  'replaced',
  'differences',
  'startedAt',
  'endedAt',
  'failureType',
  'message',
  'remedy',
  'heldUntil',
];

/** Writes the accounts of a report, ended or not, a line each, as RFC 4180 has it. */
export function toCsv({ accounts, unfinished }: FleetReport): string {
  const rows = [...accounts, ...unfinished].map((account) => {
    const failure = 'failure' in account ? account.failure : undefined;
    const reason = 'reason' in account ? account.reason : undefined;
    const differences = 'differences' in account ? describeDifferences(account.differences) : undefined;
    return {
      ...account,
      differences,
      failureType: failure?.type,
      message: failure?.whatHappened ?? reason,
      remedy: failure?.remedy,
    };
  });
  return stringify(rows, {
    header: true,
    columns: COLUMNS,
    record_delimiter: 'windows',
    // A spreadsheet would run it: the texts are not ours.
    escape_formulas: true,
  });
}
