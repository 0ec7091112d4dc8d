import { DecryptCommand, GenerateDataKeyWithoutPlaintextCommand, KMSClient } from '@aws-sdk/client-kms';
import { EncryptionCodec, KeyRing } from '../../encryption';
import { emulatorEnvironment, startEmulator, type Emulator } from '../../sandbox';
import { until } from '../support/harness';
import { keys, keysFile, newKey } from './keys';

const KMS_KEY = 'arn:aws:kms:eu-west-1:999999999999:key/0b8a1f6e-1111-2222-3333-444455556666';
const SECRET = newKey();
const payload = { data: Buffer.from('said') };

let emulator: Emulator;
const before = { ...process.env };
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
  Object.assign(process.env, emulatorEnvironment(emulator.url));
});
afterAll(async () => {
  process.env = before;
  await emulator.close();
});

/** Gives a test a file of keys. */
async function withFile(content: unknown, use: (file: ReturnType<typeof keysFile>) => Promise<void>) {
  const file = keysFile(content);
  try {
    await use(file);
  } finally {
    file.dispose();
  }
}

test('keys are rotated without a restart: added, switched to, and the old one removed', async () => {
  const old = keys('old');
  await withFile(old, async (file) => {
    const codec = new EncryptionCodec(await KeyRing.open(file.path));
    const [byOld] = await codec.encode([payload]);
    const both = { ...old, keys: [...old.keys, ...keys('new').keys] };

    file.write(both);
    // Of whoever switched first.
    const other = keysFile({ ...both, encryptWith: 'new' });
    const [byNew] = await new EncryptionCodec(await KeyRing.open(other.path)).encode([payload]);
    other.dispose();
    await until(
      () => codec.decode([byNew!]).catch(() => undefined),
      (decoded) => decoded !== undefined,
    );

    file.write({ ...both, encryptWith: 'new' });
    const idOf = async () =>
      Buffer.from((await codec.encode([payload]))[0]?.metadata?.['encryption-key-id'] ?? []).toString();
    await until(idOf, (id) => id === 'new');
    await expect(codec.decode([byOld!, byNew!])).resolves.toMatchObject([payload, payload]);

    file.write({ encryptWith: 'new', keys: both.keys.slice(1) });
    await until(
      () => codec.decode([byOld!]).then(() => 'read', String),
      (said) => said.includes('has no key of that ID, only new'),
    );
  });
}, 60_000);

test('a file that has become wrong is told, and the keys that were read last stay', async () => {
  await withFile(keys('first'), async (file) => {
    const told: unknown[] = [];
    const codec = new EncryptionCodec(await KeyRing.open(file.path, (error) => told.push(error)));
    const [sealed] = await codec.encode([payload]);
    file.write('{');
    await until(
      async () => {
        await codec.encode([payload]);
        return told.map(String);
      },
      ([said]) => said?.includes('is not JSON') === true,
    );
    await expect(codec.decode([sealed!])).resolves.toMatchObject([payload]);
  });
}, 60_000);

test.each([
  ['no JSON', `{"keys": ["${SECRET}"`, 'is not JSON'],
  ['no object', [SECRET], 'the file: '],
  ['no keys', { encryptWith: 'a', keys: [] }, 'keys: must have a key'],
  ['an unknown field', { ...keys('a'), secret: SECRET }, 'has an unknown field'],
  [
    'a key that is too short',
    { encryptWith: 'a', keys: [{ id: 'a', key: SECRET.slice(0, 20) }] },
    'keys.0.key: must be 32 bytes in base64',
  ],
  [
    'a key that is no base64',
    { encryptWith: 'a', keys: [{ id: 'a', key: `§${SECRET}` }] },
    'keys.0.key: must be 32 bytes',
  ],
  [
    'a key that is a number',
    { encryptWith: 'a', keys: [{ id: 'a', key: 7 }] },
    'keys.0.key: must be 32 bytes',
  ],
  [
    'neither key nor data key',
    { encryptWith: 'a', keys: [{ id: 'a' }] },
    'keys.0: must have either "key", or',
  ],
  [
    'a data key without its KMS key',
    { encryptWith: 'a', keys: [{ id: 'a', encryptedKey: SECRET }] },
    'keys.0: must have either',
  ],
  [
    'both',
    { encryptWith: 'a', keys: [{ id: 'a', key: SECRET, encryptedKey: SECRET, kmsKeyArn: KMS_KEY }] },
    'keys.0: must have either',
  ],
  [
    'an ID twice',
    { encryptWith: 'a', keys: [...keys('a').keys, ...keys('a').keys] },
    'has two keys with the ID a',
  ],
  [
    'an ID of nonsense',
    { encryptWith: ' ', keys: [{ id: ' ', key: SECRET }] },
    'keys.0.id: must be 1 to 100 letters',
  ],
  [
    'nothing to encrypt with',
    { ...keys('a'), encryptWith: 'b' },
    'encryptWith: must be the ID of one of the keys',
  ],
  [
    'no ARN of a KMS key',
    { encryptWith: 'a', keys: [{ id: 'a', encryptedKey: SECRET, kmsKeyArn: 'alias/a' }] },
    'keys.0.kmsKeyArn: must be the ARN',
  ],
])('a file with %s is refused, and the error names the setting and no key', async (_case, content, said) => {
  await withFile(content, async (file) => {
    const error: unknown = await KeyRing.open(file.path).catch((it: unknown) => it);
    expect(String(error)).toContain(`IDENTITY_CENTER_ENCRYPTION_KEYS_FILE: ${file.path}: `);
    expect(String(error)).toContain(said);
    expect(String(error)).not.toContain(SECRET.slice(0, 20));
  });
});

test('a file that is not there is refused by its name', async () => {
  await expect(KeyRing.open('/nowhere/keys.json')).rejects.toThrow(
    'IDENTITY_CENTER_ENCRYPTION_KEYS_FILE: /nowhere/keys.json: cannot be read (ENOENT)',
  );
});

describe('data keys of AWS KMS', () => {
  async function dataKey(KeySpec: 'AES_256' | 'AES_128' = 'AES_256'): Promise<string> {
    const kms = new KMSClient({ region: 'eu-west-1' });
    const { CiphertextBlob } = await kms.send(
      new GenerateDataKeyWithoutPlaintextCommand({ KeyId: KMS_KEY, KeySpec }),
    );
    return Buffer.from(CiphertextBlob ?? []).toString('base64');
  }
  const fileOf = (encryptedKey: string, kmsKeyArn = KMS_KEY) => ({
    encryptWith: 'of-kms',
    keys: [{ id: 'of-kms', encryptedKey, kmsKeyArn }],
  });

  test('a data key is decrypted once, in the Region of its KMS key; two who have the file read each other', async () => {
    await withFile(fileOf(await dataKey()), async (file) => {
      const [one, other] = [await KeyRing.open(file.path), await KeyRing.open(file.path)].map(
        (ring) => new EncryptionCodec(ring),
      );
      const sealed = await one!.encode([payload, payload]);
      await expect(other!.decode(sealed)).resolves.toMatchObject([payload, payload]);
      expect(emulator.calls({ operation: 'Decrypt' })).toMatchObject([
        { region: 'eu-west-1' },
        { region: 'eu-west-1' },
      ]);
    });
  });

  test.each([
    [
      'AWS denies it',
      async () => {
        emulator.setFaults({
          failNext: [
            {
              operation: 'Decrypt',
              error: 'AccessDeniedException',
              message: 'User is not authorized to perform: kms:Decrypt',
              times: 1,
            },
          ],
        });
        return fileOf(await dataKey());
      },
      /key of-kms: AWS KMS does not decrypt it \(AccessDeniedException: .*\)\. Allow kms:Decrypt on arn:aws:kms/,
    ],
    ['it is no data key', () => fileOf(SECRET), /InvalidCiphertextException/],
    ['it is of another KMS key', async () => fileOf(await dataKey(), `${KMS_KEY}7`), /IncorrectKeyException/],
    [
      'it is too short',
      async () => fileOf(await dataKey('AES_128')),
      /is no data key of AES-256, but of 16 bytes/,
    ],
  ])('where %s, the error says so', async (_case, content, said) => {
    await withFile(await content(), async (file) => {
      await expect(KeyRing.open(file.path)).rejects.toThrow(said);
    });
  });

  test('the emulator takes what it has encrypted from any SDK', async () => {
    const kms = new KMSClient({ region: 'eu-west-1' });
    const CiphertextBlob = Buffer.from(await dataKey(), 'base64');
    const { Plaintext, KeyId } = await kms.send(new DecryptCommand({ CiphertextBlob }));
    expect([Plaintext?.length, KeyId]).toEqual([32, KMS_KEY]);
  });
});
