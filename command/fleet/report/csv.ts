import { stringify } from 'csv-stringify/sync';
import type { FleetReport } from './report';

const COLUMNS = [
  'accountId',
  'end',
  'outcome',
  'instanceArn',
  'startedAt',
  'endedAt',
  'failureType',
  'message',
  'remedy',
];

/** Writes the accounts of a report, ended or not, a line each, as RFC 4180 has it. */
export function toCsv({ accounts, unfinished }: FleetReport): string {
  const rows = [...accounts, ...unfinished].map((account) => {
    const failure = 'failure' in account ? account.failure : undefined;
    return {
      ...account,
      failureType: failure?.type,
      message: failure?.whatHappened,
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
