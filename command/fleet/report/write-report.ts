import { writeFile } from 'node:fs/promises';
import { UsageError } from '../../errors';
import { EXIT } from '../../exit-codes';
import { toCsv } from './csv';
import { toHtml } from './html';
import { fleetReport, type FleetReport } from './report';
import { print } from '../../output';
import { quote } from '../../words';
import { checkFleetName, withClient, type CommonOptions } from '../../with-client';

const WRITERS = {
  json: (report: FleetReport) => `${JSON.stringify(report)}\n`,
  csv: toCsv,
  html: toHtml,
};

export interface ReportOptions extends CommonOptions {
  format: keyof typeof WRITERS;
  output?: string;
}

/**
 * Writes the report of a fleet, open or ended, to a file or to stdout.
 *
 * @returns the exit code: that of the writing, whatever became of the fleet
 */
export async function writeReport(name: string, { json, format, output }: ReportOptions): Promise<number> {
  checkFleetName(name);
  const report = await withClient((client) => fleetReport(client, name));
  const text = WRITERS[json ? 'json' : format](report);
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
