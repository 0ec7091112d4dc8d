import { randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A file of keys of a test. */
export interface KeysFile {
  readonly path: string;
  /** Replaces the file in one step, as Kubernetes does. */
  write(content: unknown): void;
  dispose(): void;
}

export function keysFile(content: unknown): KeysFile {
  const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-keys-'));
  const file = path.join(folder, 'keys.json');
  const write = (next: unknown) => {
    writeFileSync(`${file}.new`, typeof next === 'string' ? next : JSON.stringify(next), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  write(content);
  return {
    path: file,
    write,
    dispose: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const newKey = (): string => randomBytes(32).toString('base64');

/** The content of a file with keys of these IDs; the first encrypts. */
export function keys(...ids: [string, ...string[]]) {
  return { encryptWith: ids[0], keys: ids.map((id) => ({ id, key: newKey() })) };
}
