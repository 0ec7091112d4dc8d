import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker';
import { z } from 'zod';
import { withBundleOptions, type BundleOptions } from '../contract';
import { packageRoot } from './package-root';
import { packRecordings } from './recordings';

/** The file that the build writes the workflow bundle to: a worker that need not make it starts in half the time. */
export const WORKFLOW_BUNDLE = path.join(packageRoot(), 'dist', 'workflow-bundle.js');

/** Reads the workflow bundle, with what the worker tells its workflows. */
export function readBundle(options: BundleOptions): WorkflowBundle {
  return { code: withBundleOptions(readCode(), options) };
}

/** Of what this process has read last: it has megabytes, and is read once for both. */
let hash: string | undefined;

/** The hash of the workflow bundle, in hexadecimal digits. */
export function bundleHash(): string {
  if (hash === undefined) readCode();
  return hash ?? '';
}

function readCode(): string {
  const code = readFileSync(WORKFLOW_BUNDLE, 'utf8');
  hash = createHash('sha256').update(code).digest('hex');
  return code;
}

async function buildBundle(): Promise<void> {
  const workflows = path.join(packageRoot(), 'dist', 'workflows');
  const shared = path.join(workflows, 'shared');
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(workflows, 'index.js'),
    workflowInterceptorModules: [path.join(workflows, 'interceptors.js'), path.join(shared, 'tracing.js')],
    payloadConverterPath: path.join(shared, 'payload-converter.js'),
    failureConverterPath: path.join(shared, 'failure-converter.js'),
    // The schema library is large, has no state of a run, and would else be evaluated for each run anew. Nothing uses what is
    // preloaded: webpack keeps it as `sideEffects` in package.json names it.
    preloadModules: [path.join(packageRoot(), 'dist', 'contract', 'index.js')],
    logger: { log: noLog, trace: noLog, debug: noLog, info: noLog, warn: console.warn, error: console.error },
  });
  await writeFile(WORKFLOW_BUNDLE, withPlainSourceMap(code));
  packRecordings();
}

const ENCODED = ';base64,';
const sourceMapSchema = z.looseObject({ sources: z.array(z.string()) });

/**
 * Names the sources in the source map by their place in the package: stacks in logs and histories are made from it. Their text,
 * half of the file, is for debuggers alone, and each worker that starts would read it, copy it and keep it.
 */
function withPlainSourceMap(code: string): string {
  // As the SDK writes and reads it: the last line.
  const start = code.indexOf(ENCODED, code.lastIndexOf('\n//# sourceMappingURL=data:')) + ENCODED.length;
  const map = sourceMapSchema.parse(JSON.parse(Buffer.from(code.slice(start), 'base64').toString()));
  const sources = map.sources.map((file) =>
    path.isAbsolute(file) ? path.relative(packageRoot(), file) : file,
  );
  const plain = { ...map, sources, sourcesContent: undefined };
  return code.slice(0, start) + Buffer.from(JSON.stringify(plain)).toString('base64');
}

function noLog(): void {
  // The bundler's size report is of no use to whoever builds.
}

if (require.main === module) {
  buildBundle().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
