import { randomBytes, webcrypto } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { EncryptionCodec, KeyRing, UnreadablePayloadError } from '../../encryption';
import { keys, keysFile } from './keys';

const SAID = { accountId: '111122223333', tags: { team: 'identity' } };
const plain = defaultPayloadConverter.toPayload(SAID);
const { Payload: WirePayload } = temporal.api.common.v1;

const content = keys('2026-11', '2025-11');
const file = keysFile(content);
let codec: EncryptionCodec;
let sealed: Payload;

beforeAll(async () => {
  codec = new EncryptionCodec(await KeyRing.open(file.path));
  [sealed] = (await codec.encode([plain])) as [Payload];
});
afterAll(() => {
  file.dispose();
});

const read = (payload: Payload) => defaultPayloadConverter.fromPayload(payload);
const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString();

test('an encrypted payload names its key, and shows nothing of what it holds, its own metadata neither', async () => {
  expect(text(sealed.metadata?.['encoding'])).toBe('binary/encrypted');
  expect(text(sealed.metadata?.['encryption-key-id'])).toBe('2026-11');
  const sent = Buffer.from(WirePayload.encode(sealed).finish());
  for (const secret of ['111122223333', 'identity', 'json/plain']) expect(sent.includes(secret)).toBe(false);
  expect((await codec.decode([sealed])).map(read)).toEqual([SAID]);
});

test('the same payload is never encrypted to the same bytes', async () => {
  const [again] = await codec.encode([plain]);
  expect(again?.data).not.toEqual(sealed.data);
});

test('its layout is that of the samples of other languages: nonce, ciphertext, tag, of the payload as Protobuf', async () => {
  const key = content.keys[0]?.key ?? '';
  const imported = await webcrypto.subtle.importKey('raw', Buffer.from(key, 'base64'), 'AES-GCM', false, [
    'decrypt',
  ]);
  const data = Buffer.from(sealed.data ?? []);
  const algorithm = { name: 'AES-GCM', iv: data.subarray(0, 12), tagLength: 128 };
  const opened = await webcrypto.subtle.decrypt(algorithm, imported, data.subarray(12));
  expect(read(WirePayload.decode(new Uint8Array(opened)))).toEqual(SAID);
});

test('what is not encrypted is passed on as it is, with keys and without', async () => {
  for (const each of [codec, new EncryptionCodec(undefined)])
    expect(await each.decode([plain])).toEqual([plain]);
  expect(await new EncryptionCodec(undefined).encode([plain])).toEqual([plain]);
});

test('what claims to be encrypted and names no key is passed on as it is, for its reader to refuse', async () => {
  const claimed = { ...sealed, metadata: { encoding: Buffer.from('binary/encrypted') } };
  for (const each of [codec, new EncryptionCodec(undefined)])
    expect(await each.decode([claimed])).toEqual([claimed]);
  expect(() => read(claimed)).toThrow('Unknown encoding');
});

test('a payload that was changed at any place, or cut, is refused, and the error names the setting', async () => {
  const data = Buffer.from(sealed.data ?? []);
  const changed = [...data.keys()].map((at) => Buffer.from(data).fill(data.readUInt8(at) ^ 1, at, at + 1));
  const cut = [0, 1, 12, 28, data.length - 1].map((length) => data.subarray(0, length));
  for (const tampered of [...changed, ...cut, Buffer.concat([data, Buffer.of(0)]), undefined]) {
    const decoded = codec.decode([{ ...sealed, data: tampered ?? null }]);
    await expect(decoded).rejects.toThrow(UnreadablePayloadError);
    await expect(decoded).rejects.toThrow(/cannot be decrypted .* IDENTITY_CENTER_ENCRYPTION_KEYS_FILE/);
  }
});

test('a payload that claims another key of the file is refused', async () => {
  const metadata = { ...sealed.metadata, 'encryption-key-id': Buffer.from('2025-11') };
  await expect(codec.decode([{ ...sealed, metadata }])).rejects.toThrow(
    /names key "2025-11" cannot be decrypted/,
  );
});

test.each([
  [
    'a key that the file does not have',
    '2024-11',
    /"2024-11".*has no key of that ID, only 2026-11, 2025-11\. Add it/,
  ],
  ['a key ID of nonsense', `${randomBytes(500).toString('latin1')}\n`, /has no key of that ID/],
])('a payload with %s is refused, and the error says what to add where', async (_case, id, said) => {
  const metadata = { ...sealed.metadata, 'encryption-key-id': Buffer.from(id) };
  const decoded = codec.decode([{ ...sealed, metadata }]);
  await expect(decoded).rejects.toThrow(said);
  await expect(decoded).rejects.toThrow('IDENTITY_CENTER_ENCRYPTION_KEYS_FILE');
});

test('without keys an encrypted payload is refused, not taken for nonsense', async () => {
  await expect(new EncryptionCodec(undefined).decode([sealed])).rejects.toThrow(
    /encrypted with key "2026-11", and IDENTITY_CENTER_ENCRYPTION_KEYS_FILE is not set/,
  );
});
