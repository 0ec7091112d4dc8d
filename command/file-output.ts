import { writeFile } from 'node:fs/promises';
import { UsageError } from './errors';
import { quote } from './words';

/** Writes a text to stdout, and waits until whoever reads has it all: the process ends soon after the verb. */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => {
      resolve();
    });
  });
}

/** Writes a text to the file of `--output`. @throws UsageError where it cannot be written */
export async function writeTo(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `--output: ${quote(file)} cannot be written (${code ?? message}). Name a file in a folder that exists and that you may write to.`,
    );
  }
}
