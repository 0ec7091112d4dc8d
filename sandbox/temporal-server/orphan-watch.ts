import { spawn, type ChildProcess } from 'node:child_process';

// The pipe closes when its other end dies, however it dies, on every operating system.
const SCRIPT = `
  const signals = new Map();
  require('node:readline').createInterface({ input: process.stdin.on('error', () => {}) })
    .on('line', (line) => {
      const [pid, signal] = line.split(' ');
      if (signal === undefined) signals.delete(pid);
      else signals.set(pid, signal);
    })
    .on('close', () => {
      for (const [pid, signal] of signals) {
        try { process.kill(Number(pid), signal); } catch {}
      }
    });
`;

let watcher: ChildProcess | undefined;
const watched = new Set<number>();

/**
 * Has a process ended when this one dies without having ended it, be it by SIGKILL: a small process watches, one for all.
 *
 * @returns ends the watch; call it when the process is gone, lest its process ID be another's by then
 */
export function endWithThisProcess(pid: number, signal: NodeJS.Signals = 'SIGTERM'): () => void {
  watcher ??= startWatcher();
  watched.add(pid);
  watcher.stdin?.write(`${pid} ${signal}\n`);
  return () => {
    watched.delete(pid);
    watcher?.stdin?.write(`${pid}\n`);
    if (watched.size > 0) return;
    watcher?.kill('SIGKILL');
    watcher = undefined;
  };
}

function startWatcher(): ChildProcess {
  const started = spawn(process.execPath, ['-e', SCRIPT], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '' },
    windowsHide: true,
  });
  // Without a watcher all still works; it is only not ended after a crash.
  started.on('error', () => undefined);
  started.stdin.on('error', () => undefined);
  started.unref();
  (started.stdin as unknown as { unref(): void }).unref();
  return started;
}
