// Preloaded into a worker: stops the process (SIGSTOP) in the middle of what a workflow computes, once.
const { AsyncLocalStorage } = require('node:async_hooks');
const { existsSync, writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

const { STOPPED_FILE: file } = process.env;
const { run } = AsyncLocalStorage.prototype;
// The SDK runs each scope of a workflow by this.
AsyncLocalStorage.prototype.run = function (...args) {
  return run.call(this, ...args.slice(0, 1), (...rest) => {
    if (!isMainThread && !existsSync(file)) {
      writeFileSync(file, '');
      process.kill(process.pid, 'SIGSTOP');
    }
    return args[1](...rest, ...args.slice(2));
  });
};
