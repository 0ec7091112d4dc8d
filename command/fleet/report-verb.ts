import { writeFile } from 'node:fs/promises';
import { EXIT, UsageError } from '../exit-codes';
import { csvOf, fleetReport, htmlOf, type FleetReport } from './report';
import { print } from '../output';
import { quote } from '../account/request-options';
import { checkFleetName, withClient } from '../with-client';

export const REPORT_FORMATS = ['json', 'csv', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

const WRITERS: Record<ReportFormat, (report: FleetReport) => string> = {
  json: (report) => `${JSON.stringify(report)}\n`,
  csv: csvOf,
  html: htmlOf,
};

/**
 * Writes the report of a fleet, open or ended, to a file or to stdout.
 *
 * @returns the exit code: that of the writing, whatever became of the fleet
 */
export async function fleetReportVerb(
  name: string,
  { format, output }: { format: ReportFormat; output?: string },
): Promise<number> {
  checkFleetName(name);
  const report = await withClient((client) => fleetReport(client, name));
  const text = WRITERS[format](report);
  if (output === undefined) await writeOut(text);
  else {
    await writeTo(output, text);
    print(`Fleet ${name}: wrote the report of ${report.counts.accounts} accounts to ${output}`);
  }
  return EXIT.done;
}

/** Waits until whoever reads has it all: the process ends soon after the verb. */
function writeOut(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => {
      resolve();
    });
  });
}

/** @throws UsageError where the file cannot be written */
async function writeTo(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `--output: ${quote(file)} cannot be written (${code ?? message}). Name a file in a folder that exists and that you may write to.`,
    );
  }
}
