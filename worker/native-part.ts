import { createRequire } from 'node:module';
import { oneLine } from '../contract';

// Whoever imports the worker needs the native part of the SDK; what the SDK says where it cannot be loaded helps nobody.
try {
  createRequire(__filename)('@temporalio/worker');
} catch (error) {
  throw new Error(`The worker cannot run here: ${whyNot((error as Error).message)}`, {
    cause: error,
  });
}

function whyNot(said: string): string {
  if (process.platform === 'linux' && glibcVersion() === undefined)
    return 'the native part of the Temporal SDK needs glibc, and this Linux has none, as Alpine has musl. Use one with glibc, such as the image node:22-slim.';
  if (/GLIBC_[\d.]+'? not found/.test(said))
    return `the native part of the Temporal SDK needs a newer glibc than ${glibcVersion()} (${oneLine(said, 200)}). Use a newer Linux.`;
  if (said.includes('No prebuilt module'))
    return `there is no native part of the Temporal SDK for ${process.platform} ${process.arch} (${oneLine(said, 200)}). Where there should be one, install the packages on this machine: npm ci`;
  return `the native part of the Temporal SDK cannot be loaded (${oneLine(said, 300)}). Install the packages on this machine: npm ci`;
}

/** The C library is in Node's report on itself alone. */
function glibcVersion(): string | undefined {
  // Looking up the names of all hosts that this process is connected to may take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime;
}
