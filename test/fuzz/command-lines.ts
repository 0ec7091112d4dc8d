import fc from 'fast-check';
import { jsonOf } from './aws-calls';
import { mutated, mutatedText, nested } from './mutate';

/** The account of every sample. */
export const account = '111122223333';
const vectors: string[][] = [
  [
    'provision',
    account,
    '--region',
    'eu-west-1',
    '--name',
    'workforce',
    '--tag',
    'team=identity',
    '--tag',
    'a=b',
  ],
  [
    'provision',
    account,
    '--region',
    'eu-west-1',
    '--existing',
    'adopt',
    '--on-cancel',
    'keep',
    '--no-wait',
    '--json',
  ],
  ['provision', account, '--region=eu-west-1', '--on-failure=hold', '--on-create-failed=recreate'],
  ['provision', account, '--request', '/nonexistent/request.json'],
  ...['status', 'watch', 'pause', 'resume', 'cancel', 'retry', 'deprovision'].map((verb) => [
    verb,
    account,
    '--json',
  ]),
  ['retry', account, '--name', 'other', '--tag', 'team=identity'],
  ['abort', account, '--reason', 'wrong account'],
  [
    'deprovision',
    account,
    '--yes',
    '--any',
    'arn:aws:sso:::instance/ssoins-0123456789abcdef',
    '--region',
    'eu-west-1',
  ],
  ['list', '--stage', 'held', '--failed'],
  ['token', `identity-center/${account}`, '--generation', '2', '--json'],
  ['explain', 'InstanceExists', '--json'],
  ['emulator', '--port', '0'],
  ['up', '--exit', '--fresh', '--port', '7233', '--ui-port', '0'],
  ['list', '--address', '127.0.0.1:7233', '--namespace', 'default'],
  ['worker'],
  ['doctor', account, '--fix'],
  ['--help'],
  ['help', 'status'],
];
const word = fc.oneof(
  fc.constantFrom(
    ...new Set(vectors.flat()),
    '-',
    '--',
    '---',
    '',
    '--tag',
    '=',
    '-h',
    '--no-json',
    '--__proto__',
    '-1',
    '@file',
    '__proto__',
    'constructor',
  ),
  mutatedText(fc.constantFrom(...new Set(vectors.flat()))),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('x'.repeat(5000), '９'.repeat(12), '\u001b[31m', '\ud800', '1e3', '[object Object]'),
);
/** As a process is given it: UTF-8. */
const asArgument = (text: string) => Buffer.from(text).toString();

/** Command lines with up to three words of them changed. */
export const vector: fc.Arbitrary<string[]> = fc
  .tuple(
    fc.constantFrom(...vectors),
    fc.array(fc.tuple(fc.constantFrom('drop', 'replace', 'insert', 'double'), fc.nat(), word), {
      maxLength: 3,
    }),
  )
  .map(([start, changes]) => {
    const words = [...start];
    for (const [what, position, other] of changes) {
      const at = position % (words.length + 1);
      if (what === 'double') words.splice(at, 0, ...words.slice(at, at + 2));
      else words.splice(at, what === 'insert' ? 0 : 1, ...(what === 'drop' ? [] : [asArgument(other)]));
    }
    // A path of the vector's own could be anything on this machine, and `-` is the stdin of the tests.
    return words.map((it, index) =>
      words[index - 1] === '--request' || it.startsWith('--request=-') ? '/nonexistent' : it,
    );
  });

/** A request that is valid, and its file. */
export const request = {
  accountId: account,
  region: 'eu-west-1',
  name: 'workforce',
  tags: { team: 'identity' },
  existing: 'adopt',
  timing: { createTimeout: '1h', retry: { backoffCoefficient: 2 } },
};
export const text = JSON.stringify(request);
/** Request files, most of them broken. */
export const fileBytes: fc.Arbitrary<Buffer> = fc.oneof(
  mutatedText(fc.constant(text)).map((it) => Buffer.from(it)),
  mutated(fc.constant(request)).map((it) => Buffer.from(jsonOf(it))),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    ...[
      Buffer.from(`\ufeff${text}`),
      Buffer.from(`\ufeff${text}`, 'utf16le'),
      Buffer.from(text, 'utf16le'),
      Buffer.from(text, 'latin1'),
    ],
    ...[
      '',
      'null',
      '[]',
      '"x"',
      '7',
      '{}',
      nested(50_000),
      `{"accountId":${nested(50_000)}}`,
      `{"accountId":1e999}`,
      `${text}\n\n`,
    ].map((it) => Buffer.from(it)),
  ),
);
