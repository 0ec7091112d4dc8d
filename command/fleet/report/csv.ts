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
] as const;

/** The accounts of a report, ended or not, a line each, as RFC 4180 has it. */
export function csvOf({ accounts, unfinished }: FleetReport): string {
  const rows = [...accounts, ...unfinished].map((account) => {
    const failure = 'failure' in account ? account.failure : undefined;
    const row: Partial<Record<(typeof COLUMNS)[number], string>> = {
      ...account,
      ...(failure !== undefined && {
        failureType: failure.type,
        message: failure.whatHappened,
        remedy: failure.remedy ?? '',
      }),
    };
    return COLUMNS.map((column) => cell(row[column] ?? ''));
  });
  return [[...COLUMNS], ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

function cell(text: string): string {
  // A spreadsheet would run it: the texts are not ours.
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
