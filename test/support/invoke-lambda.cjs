// Invokes a Lambda function as the runtime does: loads its file, then hands it the events, one JSON document a line on stdin.
// The last line on stdout says what came of each, and how long loading and each invocation took.
const { readFileSync } = require('node:fs');

const began = performance.now();
const { handler } = require(process.argv[2]);
const loadMs = performance.now() - began;

async function invoke(event) {
  const start = performance.now();
  try {
    return { response: await handler(event), ms: performance.now() - start };
  } catch (error) {
    return { error: { name: error.name, message: error.message }, ms: performance.now() - start };
  }
}

(async () => {
  const invocations = [];
  for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean))
    invocations.push(await invoke(JSON.parse(line)));
  process.stdout.write(`${JSON.stringify({ loadMs, invocations })}\n`, () => process.exit());
})();
