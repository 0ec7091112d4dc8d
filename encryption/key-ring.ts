import { stat } from 'node:fs/promises';
import { UnreadablePayloadError, KEYS_VARIABLE } from './errors';
import { readKeys, type EncryptionKey, type EncryptionKeys } from './read-keys';

const LOOK_EVERY_MS = 5_000;
/** A payload whose key is not there has the file looked at sooner. */
const LOOK_AGAIN_MS = 1_000;

/**
 * The keys of a file, which is looked at again every few seconds while it is used: keys are rotated without a restart.
 * A file that has become wrong changes nothing: the keys that were read last stay.
 */
export class KeyRing {
  private lookedAt = performance.now();
  private looking: Promise<void> | undefined;

  private constructor(
    private readonly file: string,
    private keys: EncryptionKeys,
    private version: string,
    private readonly onProblem: (error: unknown) => void,
  ) {}

  /**
   * Reads a file of keys.
   *
   * @param onProblem told where the file was changed and cannot be read any more
   * @throws EncryptionKeysError
   */
  static async open(file: string, onProblem: (error: unknown) => void = () => undefined): Promise<KeyRing> {
    // Before the file is read: one that is replaced meanwhile is read again.
    const version = await versionOf(file);
    return new KeyRing(file, await readKeys(file), version, onProblem);
  }

  /** The key that what is sent is encrypted with. */
  current(): EncryptionKey {
    if (this.ageMs() > LOOK_EVERY_MS) void this.look();
    return this.keys.current;
  }

  /** Finds a key by its ID. @throws UnreadablePayloadError where the file does not have it */
  async find(id: string): Promise<EncryptionKey> {
    if (this.ageMs() > LOOK_EVERY_MS) void this.look();
    if (!this.keys.byId.has(id) && (this.looking !== undefined || this.ageMs() > LOOK_AGAIN_MS))
      await this.look();
    const found = this.keys.byId.get(id);
    if (found !== undefined) return found;
    throw new UnreadablePayloadError(
      `A payload is encrypted with key "${id}", and ${KEYS_VARIABLE} (${this.file}) has no key of that ID, only ${[...this.keys.byId.keys()].join(', ')}. Add it to the file: what waits for it goes on by itself.`,
    );
  }

  private ageMs(): number {
    return performance.now() - this.lookedAt;
  }

  /** Reads the file again where it has changed. Never throws; all who ask at once share one look. */
  private look(): Promise<void> {
    this.looking ??= this.readIfChanged()
      .catch(this.onProblem)
      .finally(() => {
        this.lookedAt = performance.now();
        this.looking = undefined;
      });
    return this.looking;
  }

  private async readIfChanged(): Promise<void> {
    const version = await versionOf(this.file);
    if (version === this.version) return;
    this.keys = await readKeys(this.file);
    this.version = version;
  }
}

/** What tells a file from the one that was there before. A file that is not there is for whoever reads it to complain of. */
async function versionOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(file);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return 'none';
  }
}
