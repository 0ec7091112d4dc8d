import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { describeManifestProblem, describeManifestProblems, readManifest } from '../../client/manifest';
import { readRequest } from '../../contract';
import { jsonOf } from './aws-calls';
import { assertOneLine, assertReadable, fuzz, RUNS } from './fuzz';
import { mutated, mutatedText, nested } from './mutate';

const accounts = [
  {
    accountId: '111122223333',
    region: 'eu-west-1',
    name: 'workforce',
    tags: { team: 'a', 'cost.center': '4' },
  },
  { accountId: '012345678901', timing: { createTimeout: '2h', retry: { backoffCoefficient: 2 } } },
  { accountId: '444455556666', region: 'us-east-1', existing: 'adopt' },
];
const withDefaults = {
  defaults: { region: 'eu-west-1', tags: { team: 'b' }, timing: { retry: { initialInterval: '1s' } } },
  accounts: [...accounts, '777788889999'],
};
const csv = [
  'accountId,region,name,tags.team,tags.cost.center,timing.retry.backoffCoefficient,onFailure',
  '111122223333,eu-west-1,workforce,a,4,2,hold',
  '012345678901,"us-east-1",,"a b",,1.5,',
  '444455556666,eu-west-1,x,,,,fail',
].join('\r\n');
const yaml = `# fleet
defaults: &d
  region: eu-west-1
  tags: {team: a}
accounts:
  - "111122223333"
  - accountId: '012345678901'
    tags: &t
      team: b
    timing: {retry: {backoffCoefficient: 2}}
  - accountId: "444455556666"
    tags: *t
`;
const NAMES = ['a.csv', 'a.json', 'a.jsonl', 'a.yaml'] as const;
type Name = (typeof NAMES)[number];

/** Not `value.map`: the mutations take away what it needs. */
const lines = (value: unknown) =>
  Array.isArray(value) ? Array.from(value as unknown[], jsonOf).join('\n') : jsonOf(value);
/** Some of what the mutations make is no YAML. */
const yamlOf = (value: unknown) => {
  try {
    const text: unknown = stringify(value, { aliasDuplicateObjects: false });
    return typeof text === 'string' ? text : jsonOf(value);
  } catch {
    return jsonOf(value);
  }
};
const texts: Record<Name, string[]> = {
  'a.csv': [csv],
  'a.json': [JSON.stringify(withDefaults), JSON.stringify(withDefaults, null, 2)],
  'a.jsonl': [lines([accounts[0], accounts[2]])],
  'a.yaml': [yaml, yamlOf(withDefaults), JSON.stringify(withDefaults)],
};
const written: Record<Name, (value: unknown) => string> = {
  'a.csv': () => csv,
  'a.json': jsonOf,
  'a.jsonl': lines,
  'a.yaml': yamlOf,
};

/** A cell, a key or a piece of syntax of a format, put over another one. */
const token = fc.constantFrom(
  ...[
    '"',
    '""',
    ',',
    ';',
    '\n',
    '\r',
    '\r\n',
    '\t',
    '&a ',
    '*a',
    '*d',
    '<<: *d',
    '? ',
    '- ',
    '!!set ',
    '!x ',
    '---\n',
  ],
  ...[
    '%YAML 1.1\n',
    '|\n',
    '>-\n',
    '#',
    '{',
    '}',
    '[',
    ']',
    ': ',
    '//',
    '1.11122E+11',
    '11122223333',
    '0o17',
    '~',
  ],
  ...[
    '__proto__',
    'tags.__proto__',
    'constructor',
    'accountId',
    '111122223333',
    'defaults',
    '\u2028',
    '\0',
    '',
  ],
);
const stained = (text: string) =>
  fc
    .array(fc.tuple(fc.nat(text.length), fc.nat(4), token), { minLength: 1, maxLength: 3 })
    .map((stains) =>
      stains.reduce((all, [at, over, mark]) => all.slice(0, at) + mark + all.slice(at + over), text),
    );

const bytes = (text: fc.Arbitrary<string>) => text.map((it) => Buffer.from(it));
const filesOf = (name: Name) =>
  fc.record({
    name: fc.constant<string>(name),
    bytes: fc.oneof(
      bytes(mutatedText(fc.constantFrom(...texts[name]))),
      bytes(fc.constantFrom(...texts[name]).chain(stained)),
      bytes(mutated(fc.constantFrom<unknown>(accounts, withDefaults)).map(written[name])),
      bytes(mutatedText(mutatedText(fc.constantFrom(...Object.values(texts).flat())))),
      fc.constantFrom(...texts[name]).map((it) => Buffer.from(it, 'utf16le')),
    ),
  });
const files = fc.oneof(
  ...NAMES.map(filesOf),
  fc.record({
    name: fc.oneof(
      fc.constantFrom<string>(...NAMES, 'a', '.csv', 'a.xlsx', ''),
      fc.string({ unit: 'binary' }),
    ),
    bytes: fc.oneof(fc.uint8Array({ maxLength: 60 }), bytes(fc.string({ unit: 'binary', maxLength: 60 }))),
  }),
);

function check(file: { name: string; bytes: Uint8Array }): boolean {
  const outcome = readManifest(file);
  if ('requests' in outcome) {
    const { requests } = outcome;
    assert.ok(requests.length > 0, 'no accounts');
    for (const request of requests) {
      assert.ok('request' in readRequest(request), `not valid: ${JSON.stringify(request)}`);
      assert.ok('request' in readRequest(JSON.parse(JSON.stringify(request))), 'refused as JSON');
    }
    assert.equal(new Set(requests.map(({ accountId }) => accountId)).size, requests.length);
    return true;
  }
  const { problems } = outcome;
  assert.ok(problems.length > 0, 'refused without a reason');
  const last = Buffer.from(file.bytes)
    .toString()
    .split(/\r\n|\n|\r/).length;
  for (const it of problems) {
    assertReadable(it.message);
    assert.ok(Number.isInteger(it.line) && it.line >= 0 && it.line <= last, `line ${it.line} of ${last}`);
    if (it.field !== undefined) assertOneLine(it.field, 800);
    assertOneLine(describeManifestProblem(file.name, it), 1400);
    // What is caught there is not for mistakes of ours.
    assert.doesNotMatch(it.message, /^cannot be read/);
  }
  assert.deepEqual(
    problems,
    [...problems].sort((one, other) => one.line - other.line),
  );
  assert.ok(describeManifestProblems(file.name, problems).split('\n').length <= 51);
  return false;
}

test('a manifest, whatever is in it: valid requests with an account each, or problems for people, by line', async () => {
  const counts = new Map<string, number>();
  await fuzz(files, (file) => {
    const key = `${file.name} ${check(file)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  // Neither side of a format goes untested.
  for (const name of NAMES)
    for (const taken of [true, false])
      expect(counts.get(`${name} ${taken}`) ?? 0).toBeGreaterThan(RUNS / 1000);
});

test.each(NAMES)('%s: an account that was in a good file is in its requests, as it was', async (name) => {
  const ids = fc.uniqueArray(fc.stringMatching(/^\d{12}$/), { minLength: 1, maxLength: 5 });
  const tagText = fc.stringMatching(/^[\p{L}\p{N} _.:/=+\-@]{1,20}$/u);
  const tags = fc
    .dictionary(tagText, tagText, { minKeys: 1, maxKeys: 3 })
    // Such as aws:x and __proto__ are refused.
    .filter(
      (some) => 'request' in readRequest({ accountId: '111122223333', region: 'eu-west-1', tags: some }),
    );
  const lists = fc
    .tuple(ids, tags)
    .map(([all, some]) => all.map((accountId) => ({ accountId, region: 'eu-west-1', tags: some })));
  await fuzz(
    lists,
    (list) => {
      const text = name === 'a.csv' ? csvOf(list) : written[name](list);
      assert.deepEqual(JSON.parse(JSON.stringify(readManifest({ name, bytes: Buffer.from(text) }))), {
        requests: JSON.parse(JSON.stringify(list)) as unknown,
      });
    },
    { runs: RUNS / 10 },
  );
});

function csvOf(list: { accountId: string; region: string; tags: Record<string, string> }[]): string {
  const keys = Object.keys(list[0]!.tags);
  const rows = [
    ['accountId', 'region', ...keys.map((key) => `tags.${key}`)],
    ...list.map(({ accountId, region, tags }) => [accountId, region, ...keys.map((key) => tags[key]!)]),
  ];
  return rows.map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\n');
}

test('what nests deeper than a parser can go is refused', () => {
  for (const name of NAMES)
    for (const text of [
      nested(50_000),
      `[{"tags":${nested(50_000)}}]`,
      '{"a":'.repeat(50_000),
      '- '.repeat(50_000),
    ])
      expect(readManifest({ name, bytes: Buffer.from(text) })).toHaveProperty('problems.0.line');
});
