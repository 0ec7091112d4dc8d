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
const arnOf = (id: string) => `arn:aws:organizations::999999999999:account/o-a/${id}`;
const awsAccount = (Id: string, Status = 'ACTIVE') => ({
  Id,
  Arn: arnOf(Id),
  Email: 'a@b',
  Name: 'A, b',
  Status,
});
const awsList = {
  Accounts: [awsAccount('111122223333'), awsAccount('012345678901', 'SUSPENDED'), awsAccount('999999999999')],
};
const awsRow = ({ Id, Arn, Email, Name, Status }: ReturnType<typeof awsAccount>) =>
  `${Id},${Arn},${Email},"${Name}",${Status},eu-west-1`;
const awsCsv = ['Account ID,ARN,Email,Name,Status,region', ...awsList.Accounts.map(awsRow)].join('\n');
const orgFormation = `Organization:
  One:
    Type: OC::ORG::Account
    Properties: { AccountId: '111122223333', Tags: { a: !Ref One } }
`;
const REGION = { region: 'eu-west-1' };
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
  'a.csv': [
    csv,
    awsCsv,
    `sep=;\n${csv.replaceAll(',', ';')}`,
    '111122223333\n# x\n="012345678901", 444455556666',
  ],
  'a.json': [
    JSON.stringify(awsList),
    JSON.stringify([awsList]),
    JSON.stringify(withDefaults),
    JSON.stringify(withDefaults, null, 2),
  ],
  'a.jsonl': [lines([accounts[0], accounts[2]])],
  'a.yaml': [
    yaml,
    yaml.replace('    tags: *t', '    <<: *d'),
    orgFormation,
    yamlOf(awsList),
    yamlOf(withDefaults),
    JSON.stringify(withDefaults),
  ],
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
      bytes(mutated(fc.constantFrom<unknown>(accounts, withDefaults, awsList)).map(written[name])),
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
  const outcome = readManifest(file, file.bytes.length % 2 === 0 ? REGION : {});
  if ('requests' in outcome) {
    const { requests, skipped = [] } = outcome;
    for (const { accountId, reason } of skipped) {
      assert.match(accountId, /^\d{12}$/);
      assertReadable(reason);
      assert.ok(!requests.some((request) => request.accountId === accountId), 'both skipped and asked for');
    }
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
  const counts = { taken: 0, refused: 0 };
  await fuzz(files, (file) => {
    counts[check(file) ? 'taken' : 'refused'] += 1;
  });
  // Neither side goes untested.
  expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(RUNS / 50);
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

test('a list of accounts reads as the same requests, whatever shape it is written in', async () => {
  const one = fc.record({
    accountId: fc.stringMatching(/^\d{12}$/),
    region: fc.constantFrom('eu-west-1', 'us-east-1', 'ap-southeast-2'),
    name: fc.option(fc.stringMatching(/^[\w+=,.@-]{1,12}$/), { nil: undefined }),
    team: fc.option(fc.stringMatching(/^[\w .:/=+\-@]{0,8}\w$/), { nil: undefined }),
  });
  const lists = fc.uniqueArray(one, { selector: ({ accountId }) => accountId, minLength: 1, maxLength: 6 });
  await fuzz(
    lists,
    (list) => {
      const requests = list.map(({ accountId, region, name, team }) => {
        const tags = team === undefined ? undefined : { team: team.trim() };
        return JSON.parse(JSON.stringify({ accountId, region, name, tags })) as Record<string, unknown>;
      });
      for (const [shape, [file, text, defaults]] of Object.entries(shapesOf(requests))) {
        const read = readManifest({ name: file, bytes: Buffer.from(text) }, defaults);
        assert.ok('requests' in read, `${shape}: ${JSON.stringify(read)}\n${text}`);
        const plain = read.requests.map((request) => JSON.parse(JSON.stringify(request)) as unknown);
        assert.deepEqual(plain, requests, shape);
      }
    },
    { runs: RUNS / 10 },
  );
});

type Shape = [file: string, text: string, defaults?: { region: string }];

/** Every way to write requests that have a Region, and perhaps a name and a tag. */
function shapesOf(requests: Record<string, unknown>[]): Record<string, Shape> {
  const fields = requests.map(({ accountId, region, name = '', tags }) => ({
    id: String(accountId),
    region: String(region),
    name: String(name),
    team: (tags as { team: string } | undefined)?.team ?? '',
  }));
  const table = (delimiter: string, head: string[], rows: string[][], end = '') =>
    [head, ...rows].map((cells) => cells.map((cell) => `"${cell}"`).join(delimiter) + end).join('\r\n');
  const HEAD = ['accountId', 'region', 'name', 'tags.team'];
  const rows = fields.map(({ id, region, name, team }) => [id, region, name, team]);
  const short = rows.map((cells) => cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1));
  const aws = fields.map(({ id, region, name, team }) => [
    id,
    arnOf(id),
    'A "b", c',
    'ACTIVE',
    region,
    name,
    team,
  ]);
  const awsHead = ['Account ID', 'ARN', 'Name', 'Status', 'region', 'name', 'tags.team'];
  const awsJson = requests.map(({ accountId, ...own }) => ({ ...awsAccount(String(accountId)), ...own }));
  const pairs = requests.map((request) => {
    const { team } = (request['tags'] ?? {}) as { team?: string };
    return { ...request, tags: team === undefined ? undefined : [{ Key: 'team', Value: team }] };
  });
  const merged = requests.map(({ region, ...own }) => {
    return `- {<<: {"region": ${JSON.stringify(region)}}, ${JSON.stringify(own).slice(1)}`;
  });
  return {
    json: ['a.json', JSON.stringify(requests)],
    jsonl: ['a.jsonl', requests.map((it) => JSON.stringify(it)).join('\n')],
    yaml: ['a.yml', stringify(requests, { defaultStringType: 'QUOTE_DOUBLE' })],
    commas: ['a.csv', table(',', HEAD, rows)],
    semicolons: ['a.csv', `sep=;\r\n${table(';', HEAD, rows)}`],
    tabs: ['a.tsv', table('\t', HEAD, rows)],
    'empty columns': ['a.csv', `\ufeff${table(',', HEAD, rows, ',,')}\r\n,,,,,\r\n`],
    'short rows': ['a.csv', table(';', HEAD, short)],
    '#TYPE': ['a.csv', `#TYPE x\n${table(',', HEAD, rows)}`],
    'the console': [
      'a.csv',
      table(
        ',',
        awsHead,
        aws.map((cells) => cells.map((cell) => cell.replaceAll('"', '""'))),
      ),
    ],
    'list-accounts': ['a.json', JSON.stringify({ Accounts: awsJson })],
    'pages of list-accounts': ['a.yaml', JSON.stringify(awsJson.map((it) => ({ Accounts: [it] })))],
    'pairs of tags': ['a.yaml', JSON.stringify(pairs)],
    'merge keys': ['a.yaml', merged.join('\n')],
  };
}
