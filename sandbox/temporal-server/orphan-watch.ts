import { spawn } from 'node:child_process';

// The pipe closes when its other end dies, however it dies, on every operating system.
const SCRIPT = `
  process.stdin.resume().on('error', () => {}).on('close', () => {
    try { process.kill(Number(process.argv[1]), 'SIGTERM'); } catch {}
  });
`;

/**
 * Has a process ended when this one dies without having ended it, be it by SIGKILL: a small process watches.
 *
 * @returns ends the watch; call it when the process is gone, lest its process ID be another's by then
 */
export function endWithThisProcess(pid: number): () => void {
  const watcher = spawn(process.execPath, ['-e', SCRIPT, String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '' },
    windowsHide: true,
  });
  // Without a watcher all still works; it is only not ended after a crash.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  return () => {
    watcher.kill('SIGKILL');
  };
}
