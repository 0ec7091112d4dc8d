const { createRequire } = require('node:module');
const { Script } = require('node:vm');
const { default: JestRuntime } = require('jest-runtime');

/**
 * Packages of which each test file has its own: a process has one Runtime of Temporal at a time, which a file installs with its
 * own logger.
 */
const OWN = /\/node_modules\/@temporalio\/(worker|core-bridge|testing)\//;
const INSTALLED = /\/node_modules\//;

const requireInstalled = createRequire(__filename);

/** What was compiled in this process, by its file: V8 keeps with it what it has compiled of the functions in it. */
const compiled = new Map();

/**
 * Loads what is installed once a process, with the loader of Node.js, and only our own files for each test file anew: the
 * packages take longer to load than most files to run. A package that a file mocks never comes here.
 */
module.exports = class SharingRuntime extends JestRuntime {
  constructor(...args) {
    super(...args);
    // Of tests that go on side by side, the first to end would keep the others from loading anything more.
    this.testState.leaveTestCode = () => undefined;
    const wrapper = `(function (${this.executor.injectedModuleParameters.join(', ')}) {`;
    this.executor.compile = (source, filename) => {
      const before = compiled.get(filename);
      if (before?.source === source) return before.script.runInThisContext();
      const script = new Script(`${wrapper}${source}\n})`, { filename, columnOffset: -wrapper.length });
      compiled.set(filename, { source, script });
      return script.runInThisContext();
    };
  }

  requireModule(from, moduleName, ...rest) {
    const installed = this.installedPath(from, moduleName);
    return installed === undefined
      ? super.requireModule(from, moduleName, ...rest)
      : requireInstalled(installed);
  }

  installedPath(from, moduleName) {
    if (moduleName === undefined || this._resolution.isCoreModule(moduleName)) return undefined;
    if (moduleName.startsWith('.') && !INSTALLED.test(from)) return undefined;
    const path = this._resolution.resolveCjs(from, moduleName);
    return INSTALLED.test(path) && !OWN.test(path) ? path : undefined;
  }
};
module.exports.default = module.exports;
