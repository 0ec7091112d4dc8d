const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/**
 * Runs test files in the global scope of their process. Jest's own environment gives each file a scope of its own, in which
 * every look at a global (`Object`, `Promise`, `process`) is a call of a proxy, and in which nothing that was loaded for another
 * file can be used: `[]` is no `Array` there.
 *
 * What a file leaves in the scope is taken away at its end, so that it proves the same alone and after others.
 */
module.exports = class ProcessEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);

  constructor({ projectConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    this.before = {
      globals: Object.getOwnPropertyDescriptors(globalThis),
      exit: process.exit,
      env: process.env,
      variables: { ...process.env },
      listeners: listenersOf(process),
    };
  }

  async setup() {
    // Jest makes it 100, which each `expect` pays for: it keeps where it was called.
    Error.stackTraceLimit = 25;
  }

  async teardown() {
    const { globals, exit, env, variables, listeners } = this.before;
    this.moduleMocker.restoreAllMocks();
    this.fakeTimersModern.dispose();
    restore(globalThis, globals);
    process.exit = exit;
    process.env = env;
    for (const name of Object.keys(env)) if (!(name in variables)) delete env[name];
    Object.assign(env, variables);
    for (const [event, added] of listenersOf(process))
      for (const listener of added)
        if (!listeners.get(event)?.includes(listener)) process.off(event, listener);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  // Jest asks whether there is one; the runtime beside this compiles without.
  getVmContext() {
    return globalThis;
  }
};

function listenersOf(emitter) {
  return new Map(emitter.eventNames().map((event) => [event, emitter.rawListeners(event)]));
}

function restore(target, before) {
  for (const key of Reflect.ownKeys(target)) {
    const now = Object.getOwnPropertyDescriptor(target, key);
    const then = before[key];
    if (!now.configurable) continue;
    if (then === undefined) delete target[key];
    else if (now.value !== then.value || now.get !== then.get) Object.defineProperty(target, key, then);
  }
}
