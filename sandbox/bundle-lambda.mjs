// Packs the handler of the Lambda function, and all that it needs, into one file: dist/lambda/index.js. Part of the build.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, 'dist');
const outfile = join(DIST, 'lambda', 'index.js');

// Where payloads are encrypted, the SDK loads the converter of failures from a file. The bundle is one that exports it.
const CONVERTER = "require.resolve('../contract/failures/encoding-converter')";
const converterIsHere = {
  name: 'converter-is-here',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]dist[\\/]encryption[\\/]extensions\.js$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8');
      if (!code.includes(CONVERTER)) throw new Error(`${path} does not hold ${CONVERTER}`);
      return { contents: code.replace(CONVERTER, '__filename'), loader: 'js' };
    });
  },
};

const { metafile } = await build({
  stdin: {
    contents: `
      export { handler } from './pipelines/lambda/main.js';
      export { failureConverter } from './contract/failures/encoding-converter.js';`,
    resolveDir: DIST,
  },
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  // The main file of jsonc-parser asks for its parts in a way that no bundler sees.
  mainFields: ['module', 'main'],
  minify: true,
  // Errors are told by the names of their classes.
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'error',
  plugins: [converterIsHere],
});
if (process.argv.includes('--explain'))
  writeFileSync(join(DIST, 'lambda.meta.json'), JSON.stringify(metafile));
