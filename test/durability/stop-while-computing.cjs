// Preloaded into a worker: stops the process (SIGSTOP) once, in the middle of a promise job of a workflow.
const { AsyncLocalStorage } = require('node:async_hooks');
const { existsSync, writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

const { STOPPED_FILE: file } = process.env;
const { run } = AsyncLocalStorage.prototype;
// The SDK runs each scope of a workflow by this.
Error.stackTraceLimit = 50;
AsyncLocalStorage.prototype.run = function (store, work, ...args) {
  return run.call(this, store, () => {
    if (!isMainThread && isPromiseJob() && !existsSync(file)) {
      writeFileSync(file, '');
      process.kill(process.pid, 'SIGSTOP');
    }
    return work(...args);
  });
};

/** In a promise job the script of the workflow has ended, which only its microtasks outlast. */
function isPromiseJob() {
  const stack = String(new Error().stack);
  return stack.includes('runInContext') && !stack.includes('evalmachine');
}
