import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { z } from 'zod';
import { defined } from '../contract';

/** The file that the build writes the workflow bundle to: a worker that need not make it starts in half the time. */
export const WORKFLOW_BUNDLE = path.join(packageRoot(), 'dist', 'workflow-bundle.js');
/** The same, of workflows that encode what their failures say: converters are part of a bundle. */
const ENCODING_BUNDLE = path.join(packageRoot(), 'dist', 'workflow-bundle-encoding-failures.js');

/** The bundle for a worker. @param encodesFailures whether what failures say is encoded, for a codec to encrypt */
export function workflowBundle(encodesFailures: boolean): string {
  return encodesFailures ? ENCODING_BUNDLE : WORKFLOW_BUNDLE;
}

/** Finds the package's folder, from the sources as well as from `dist`. */
function packageRoot(): string {
  const parent = path.dirname(__dirname);
  return path.basename(parent) === 'dist' ? path.dirname(parent) : parent;
}

async function buildBundle(encodesFailures: boolean): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(packageRoot(), 'dist', 'workflows', 'index.js'),
    workflowInterceptorModules: ['reserved-signals.js', 'starter.js'].map((file) =>
      path.join(packageRoot(), 'dist', 'workflows', 'shared', file),
    ),
    payloadConverterPath: path.join(packageRoot(), 'dist', 'workflows', 'shared', 'payload-converter.js'),
    ...defined({ failureConverterPath: encodesFailures ? ENCODING_CONVERTER : undefined }),
    // The schema library is large, has no state of a run, and would else be evaluated for each run anew. Nothing uses what is
    // preloaded: webpack keeps it as `sideEffects` in package.json names it.
    preloadModules: [path.join(packageRoot(), 'dist', 'contract', 'index.js')],
    logger: { log: noLog, trace: noLog, debug: noLog, info: noLog, warn: console.warn, error: console.error },
  });
  await writeFile(workflowBundle(encodesFailures), withoutBuildFolder(code));
}

const ENCODING_CONVERTER = path.join(packageRoot(), 'dist', 'contract', 'failures', 'encoding-converter.js');

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
  Promise.all([buildBundle(false), buildBundle(true)]).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
