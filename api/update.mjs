// Writes what each entry point offers to api/*.api.md: `npm run api`, after a build. With --check it only says whether they are
// up to date, so that a change of what others use is seen in the review.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const isCheck = process.argv.includes('--check');
const temporary = mkdtempSync(join(tmpdir(), 'api-'));
const stale = [];

try {
  for (const [entry, { types }] of Object.entries(exports)) {
    if (types === undefined) continue;
    const name = entry === '.' ? 'client' : entry.slice(2).replaceAll('/', '-');
    const reportTempFolder = join(temporary, name);
    mkdirSync(reportTempFolder);
    const extractorConfig = ExtractorConfig.prepare({
      configObject: {
        projectFolder: ROOT,
        mainEntryPointFilePath: join(ROOT, types),
        compiler: { tsconfigFilePath: join(ROOT, 'tsconfig.build.json'), skipLibCheck: true },
        apiReport: {
          enabled: true,
          reportFileName: name,
          reportFolder: join(ROOT, 'api'),
          reportTempFolder,
          reportVariants: ['complete'],
        },
        messages: {
          compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
          // Only what others use is exported by name, and the comments are TypeDoc's to check.
          extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
          tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        },
        newlineKind: 'lf',
      },
      configObjectFullPath: undefined,
      packageJsonFullPath: join(ROOT, 'package.json'),
    });
    const { apiReportChanged, succeeded } = Extractor.invoke(extractorConfig, {
      localBuild: !isCheck,
      messageCallback: (message) => {
        // It is of no use to whoever has a newer TypeScript than it brings.
        if (message.logLevel !== 'error') message.handled = true;
      },
    });
    if (apiReportChanged || !succeeded) stale.push(`api/${name}.api.md`);
  }
} finally {
  rmSync(temporary, { recursive: true });
}

if (isCheck && stale.length > 0) {
  console.error(
    `Out of date: ${stale.join(', ')}. Look at what has changed for those who use it, and run: npm run api`,
  );
  process.exitCode = 1;
}
