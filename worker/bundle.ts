import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { z } from 'zod';

/** The file that the build writes the workflow bundle to: a worker that need not make it starts in half the time. */
export const WORKFLOW_BUNDLE = path.join(packageRoot(), 'dist', 'workflow-bundle.js');

/** The same, with the interceptors that trace workflows: each run that has them pays for them. */
export const TRACED_BUNDLE = path.join(packageRoot(), 'dist', 'workflow-bundle-traced.js');

/** Finds the package's folder, from the sources as well as from `dist`. */
function packageRoot(): string {
  const parent = path.dirname(__dirname);
  return path.basename(parent) === 'dist' ? path.dirname(parent) : parent;
}

async function buildBundle(file: string, moreInterceptors: string[] = []): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(packageRoot(), 'dist', 'workflows', 'index.js'),
    workflowInterceptorModules: [
      ...['reserved-signals.js', 'starter.js'].map((name) =>
        path.join(packageRoot(), 'dist', 'workflows', 'shared', name),
      ),
      ...moreInterceptors,
    ],
    payloadConverterPath: path.join(packageRoot(), 'dist', 'workflows', 'shared', 'payload-converter.js'),
    // The schema library is large, has no state of a run, and would else be evaluated for each run anew. Nothing uses what is
    // preloaded: webpack keeps it as `sideEffects` in package.json names it.
    preloadModules: [path.join(packageRoot(), 'dist', 'contract', 'index.js')],
    logger: { log: noLog, trace: noLog, debug: noLog, info: noLog, warn: console.warn, error: console.error },
  });
  await writeFile(file, withoutBuildFolder(code));
}

const ENCODED = ';base64,';
const sourceMapSchema = z.looseObject({ sources: z.array(z.string()) });

/** Names the sources in the source map by their place in the package: stacks in logs and histories are made from it. */
function withoutBuildFolder(code: string): string {
  // As the SDK writes and reads it: the last line.
  const start = code.indexOf(ENCODED, code.lastIndexOf('\n//# sourceMappingURL=data:')) + ENCODED.length;
  const map = sourceMapSchema.parse(JSON.parse(Buffer.from(code.slice(start), 'base64').toString()));
  const sources = map.sources.map((file) =>
    path.isAbsolute(file) ? path.relative(packageRoot(), file) : file,
  );
  return code.slice(0, start) + Buffer.from(JSON.stringify({ ...map, sources })).toString('base64');
}

function noLog(): void {
  // The bundler's size report is of no use to whoever builds.
}

if (require.main === module) {
  Promise.all([
    buildBundle(WORKFLOW_BUNDLE),
    buildBundle(TRACED_BUNDLE, [
      require.resolve('@temporalio/interceptors-opentelemetry-v2/lib/workflow-interceptors'),
    ]),
  ]).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
