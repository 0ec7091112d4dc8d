import {
  describeManifestProblem,
  describeManifestProblems,
  readManifest,
  type ManifestProblem,
  type ManifestRequest,
} from '../../client';
import { readRequest } from '../../contract';

const ONE = '111122223333';
const TWO = '444455556666';
const REGION_MESSAGE = 'must be an AWS Region code, such as "eu-west-1"';

function read(name: string, content: string | Uint8Array) {
  return readManifest({ name, bytes: typeof content === 'string' ? Buffer.from(content) : content });
}

function requestsOf(name: string, content: string | Uint8Array): ManifestRequest[] {
  const outcome = read(name, content);
  if ('problems' in outcome) throw new Error(describeManifestProblems(name, outcome.problems));
  return outcome.requests;
}

/** Each as it is printed, without the name of the file. */
function problemsOf(name: string, content: string | Uint8Array): string[] {
  const outcome = read(name, content);
  if ('requests' in outcome) throw new Error(`read: ${JSON.stringify(outcome.requests)}`);
  return outcome.problems.map((it) => describeManifestProblem('f', it).replace(/^f:\s*/, ''));
}

const full: ManifestRequest[] = [
  {
    ...{ accountId: ONE, region: 'eu-west-1', name: 'workforce', existing: 'adopt', onCancel: 'keep' },
    ...{ onFailure: 'hold', onCreateFailed: 'recreate', tags: { team: 'identity', 'cost.center': '42' } },
    timing: {
      ...{ createTimeout: '2h', activeTimeout: '1h', accountReadyTimeout: '1h', holdTimeout: '1d' },
      ...{ pollInterval: '1s' },
      retry: { initialInterval: '2s', backoffCoefficient: 1.5, maximumInterval: '30s' },
    },
  },
  { accountId: TWO, region: 'us-east-1' },
];

function leavesOf(value: object, path: string[] = []): [string, unknown][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null
      ? leavesOf(inner, [...path, key])
      : [[[...path, key].join('.'), inner] as [string, unknown]],
  );
}
const leaves = leavesOf(full[0]!);
const fullCsv = [
  leaves.map(([field]) => field).join(','),
  leaves.map(([, value]) => String(value)).join(','),
  leaves.map(([field]) => ({ accountId: TWO, region: 'us-east-1' })[field] ?? '').join(','),
].join('\n');

describe('the same requests come of', () => {
  test.each([
    ['CSV', 'a.csv', fullCsv],
    ['CSV from Windows: byte order mark and CRLF', 'A.CSV', `\ufeff${fullCsv.replaceAll('\n', '\r\n')}\r\n`],
    ['JSON', 'a.json', JSON.stringify(full, null, 2)],
    ['JSON with a byte order mark', 'a.json', `\ufeff${JSON.stringify(full)}`],
    ['JSON with accounts and no defaults', 'a.json', JSON.stringify({ accounts: full })],
    ['JSON Lines', 'a.jsonl', full.map((it) => JSON.stringify(it)).join('\n\n')],
    ['NDJSON from Windows', 'a.ndjson', full.map((it) => `${JSON.stringify(it)}\r\n`).join('')],
    ['YAML, which takes JSON', 'a.yaml', JSON.stringify(full, null, 1)],
    [
      'YAML',
      'a.yml',
      `# the fleet
- accountId: "${ONE}"
  region: eu-west-1
  name: workforce
  existing: adopt
  onCancel: keep
  onFailure: hold
  onCreateFailed: recreate
  tags: { team: identity, cost.center: "42" }
  timing:
    createTimeout: 2h
    activeTimeout: 1h
    accountReadyTimeout: 1h
    holdTimeout: 1d
    pollInterval: 1s
    retry: { initialInterval: 2s, backoffCoefficient: 1.5, maximumInterval: 30s }
- { accountId: '${TWO}', region: us-east-1 }
`,
    ],
  ])('%s', (_, name, content) => {
    expect(requestsOf(name, content)).toEqual(full);
  });
});

test('CSV has a column for each field that a request has', () => {
  const outcome = readRequest({ accountId: ONE, region: 'eu-west-1', name: 'x', tags: { team: 'x' } });
  if ('problems' in outcome) throw new Error('not valid');
  expect(leaves.map(([field]) => field)).toEqual(
    expect.arrayContaining(leavesOf(outcome.request).map(([field]) => field)),
  );
});

describe('defaults', () => {
  const defaults = {
    region: 'eu-west-1',
    onFailure: 'hold',
    tags: { team: 'identity', stage: 'prod' },
    timing: { createTimeout: '2h', retry: { initialInterval: '2s', maximumInterval: '9s' } },
  };

  test('give an account what it leaves out; tags and timing are merged key by key', () => {
    const account = {
      accountId: TWO,
      region: 'us-east-1',
      tags: { stage: 'test' },
      timing: { pollInterval: '1s', retry: { maximumInterval: '3s' } },
    };
    const requests = [
      { accountId: ONE, ...defaults },
      {
        ...{
          accountId: TWO,
          region: 'us-east-1',
          onFailure: 'hold',
          tags: { team: 'identity', stage: 'test' },
        },
        timing: {
          ...{ createTimeout: '2h', pollInterval: '1s' },
          retry: { initialInterval: '2s', maximumInterval: '3s' },
        },
      },
    ];
    const json = JSON.stringify({ defaults, accounts: [ONE, account] });
    expect(requestsOf('a.json', json)).toEqual(requests);
    expect(requestsOf('a.yaml', json)).toEqual(requests);
  });

  test('that are wrong are told once, at their line, and not again for each account', () => {
    const yaml = `defaults:\n  region: Ireland\n  timing: { createTimeout: 1 }\naccounts:\n  - "${ONE}"\n  - accountId: "${TWO}"\n    region: Mars`;
    expect(problemsOf('a.yaml', yaml)).toEqual([
      `2: defaults.region: ${REGION_MESSAGE}`,
      '3: defaults.timing.createTimeout: must be a text, not a number',
      `7: region: ${REGION_MESSAGE}`,
    ]);
  });

  test('cannot hold an account ID, and must be an object', () => {
    const json = `{"defaults":\n{"region": "eu-west-1",\n"accountId": "${ONE}"}, "accounts": ["${TWO}"]}`;
    expect(problemsOf('a.json', json)).toEqual([
      '3: defaults.accountId: cannot be a default: each account has its own',
    ]);
    expect(problemsOf('a.yaml', `defaults:\naccounts: [{accountId: "${ONE}", region: eu-west-1}]`)).toEqual([
      '1: defaults: must be an object',
    ]);
  });
});

describe('a wrong field is told at its own line:', () => {
  const fields = `"accountId": "${ONE}",\n "region": "Ireland",\n "tags": {"a.b": 1,\n "a": "#"},\n "colour": "red"`;
  const told = [
    `2: region: ${REGION_MESSAGE}`,
    '3: tags.a.b: must be a text, not a number',
    '4: tags.a: tag value may hold letters, digits, spaces and _ . : / = + - @',
    '5: colour: unknown field',
  ];
  test.each(['a.json', 'a.yaml'])('%s', (name) => {
    expect(problemsOf(name, `[{${fields}}]`)).toEqual(told);
  });

  test('a.jsonl, a.csv: the line of the account', () => {
    const good = JSON.stringify(full[0]);
    expect(problemsOf('a.jsonl', `${good}\n\n{"accountId": "${TWO}"}\n{}\n`)).toEqual([
      '3: region: is required',
      '4: accountId: is required',
      '4: region: is required',
    ]);
    const csv = `accountId,region,timing.retry.backoffCoefficient\n${ONE},eu-west-1,0.5\n\n,,\n${TWO},,two\n`;
    expect(problemsOf('a.csv', csv)).toEqual([
      '2: timing.retry.backoffCoefficient: must be from 1 to 10',
      '5: region: is required',
      '5: timing.retry.backoffCoefficient: must be a number, not a text',
    ]);
  });

  test('in a file of one line, with the number of the account', () => {
    expect(problemsOf('a.json', `[{"accountId":"${ONE}","region":"eu-west-1"},"${TWO}"]`)).toEqual([
      '1: region: is required (account 2 of the file)',
    ]);
  });
});

test('an account that is there twice is told at its second line, which names the first', () => {
  const same = [`3: accountId: ${ONE} is in line 2 already`];
  expect(problemsOf('a.csv', `accountId,region\n${ONE},eu-west-1\n${ONE},us-east-1`)).toEqual(same);
  expect(problemsOf('a.jsonl', `\n${`{"accountId":"${ONE}","region":"eu-west-1"}\n`.repeat(2)}`)).toEqual(
    same,
  );
  const list = `{"defaults": {"region": "eu-west-1"}, "accounts": [\n"${ONE}",\n{"accountId": "${ONE}"}]}`;
  expect(problemsOf('a.json', list)).toEqual(same);
  expect(problemsOf('a.yaml', list)).toEqual(same);
});

describe('CSV that is not valid:', () => {
  const row = `${ONE},eu-west-1`;
  test.each([
    ['no account column', `name,region\n${row}`, ['1: accountId: the first row must name this column']],
    ['semicolons', `accountId;region\n${ONE};eu-west-1`, ['1: cells must be separated by commas']],
    [
      'unknown columns, and rows all the same',
      `accountId,Region,colour,tags.,\n${ONE},,,,`,
      [
        '1: Region: unknown column: write it region',
        '1: colour: unknown column; a tag is tags.KEY, a time is timing.createTimeout and the like',
        '1: tags.: unknown column; a tag is tags.KEY, a time is timing.createTimeout and the like',
        '1: column 5: has no name in the first row',
        '2: region: is required',
      ],
    ],
    ['a column twice', `accountId,region,region\n${row},x`, ['1: region: the column is there twice']],
    [
      'too few and too many cells',
      `accountId,region\n${ONE}\n${TWO},eu-west-1,x`,
      [
        '2: has 1 cell where the first row has 2: a comma is missing',
        '3: has 3 cells where the first row has 2: a comma too many; a cell with a comma in it must be in quotes',
      ],
    ],
    [
      'a quote inside a cell',
      `accountId,region\n${ONE},eu"west\n${TWO},Ireland`,
      [
        '2: region: has a quote out of place: no field may hold one, and a cell in quotes begins and ends with them',
        `3: region: ${REGION_MESSAGE}`,
      ],
    ],
    [
      'a quote that is not closed',
      `accountId,region\n${row}\n${TWO},"eu-west-1\n${ONE},x`,
      ['3: has a quote that is not closed at the end of its cell; the rows from here on were not read'],
    ],
    [
      'text behind a quote, after a cell of two lines',
      `accountId,name\n${ONE},"a\r\nb"\n${TWO},"x"y\n${ONE},x\n`,
      [
        '2: region: is required',
        '2: name: may hold letters, digits and _ + = , . @ -',
        '4: has a quote that is not closed at the end of its cell; the rows from here on were not read',
      ],
    ],
    [
      'account IDs that a spreadsheet has changed',
      `accountId,region\n11122223333,eu-west-1\n1.11122E+11,eu-west-1\n1111,eu-west-1`,
      [
        '2: accountId: has 11 digits, not 12: a spreadsheet takes leading zeros away; format the column as text and enter the ID again',
        '3: accountId: a spreadsheet has made a rounded number of it (1.11122E+11): format the column as text and enter the ID again',
        '4: accountId: must be an AWS account ID: 12 digits',
      ],
    ],
    ['a header and nothing else', 'accountId,region\n\n,\n', ['holds no accounts']],
    [
      'a tag that JavaScript would lose',
      `accountId,region,tags.__proto__\n${row},x`,
      ['2: tags.__proto__: cannot be a tag key'],
    ],
  ])('%s', (_, content, problems) => {
    expect(problemsOf('a.csv', content)).toEqual(problems);
  });
});

describe('JSON that is not valid:', () => {
  const account = `{"accountId": "${ONE}", "region": "eu-west-1"}`;
  const NOT = 'is not valid JSON';
  const SHAPE = 'must be a list of accounts, or an object with "accounts" and, if you like, "defaults"';
  test.each([
    ['a comment', `[\n// the fleet\n${account}]`, [`2: ${NOT}: comments are not part of it`]],
    [
      'a comma too many',
      `[${account},\n]`,
      [`2: ${NOT}: there is no value here; is there a comma too many?`],
    ],
    [
      'the same in an object',
      `[{"accountId": "${ONE}",\n}]`,
      [`2: ${NOT}: there is no key in double quotes here; is there a comma too many?`],
    ],
    ['a comma too few', `[${account}\n${account}]`, [`2: ${NOT}: a comma is missing before this`]],
    ['an end that is missing', `[\n${account}`, [`2: ${NOT}: a closing bracket is missing`]],
    [
      'JSON Lines',
      `${account}\n${account}`,
      [`2: ${NOT}: something follows its end; put all accounts into one list`],
    ],
    ['single quotes', `[\n'${ONE}']`, [`2: ${NOT}`]],
    [
      'a key twice',
      `[{"accountId": "${ONE}", "region": "x",\n"region": "eu-west-1"}]`,
      ['2: region: is given twice'],
    ],
    [
      'a number for an ID',
      `[\n{"accountId": ${ONE}, "region": "eu-west-1"}]`,
      ['2: accountId: is a number here, which loses leading zeros: put its 12 digits in quotes'],
    ],
    ['no list', '\n7', [`2: ${SHAPE}`]],
    ['null', 'null', [`1: ${SHAPE}`]],
    ['no accounts in the list', '[]', ['holds no accounts']],
    ['accounts that are no list', `{\n"accounts": {}}`, ['2: accounts: must be a list']],
    [
      'unknown keys and no accounts',
      `{"default": 1,\n"__proto__": 2}`,
      [
        '1: default: unknown field: an object holds "accounts" and "defaults"',
        '1: accounts: is required: the list of accounts',
        '2: __proto__: unknown field: an object holds "accounts" and "defaults"',
      ],
    ],
    [
      'accounts that are none',
      `[\nnull,\n[],\n${account}]`,
      [
        '2: an account must be an object, or an account ID in quotes',
        '3: an account must be an object, or an account ID in quotes',
      ],
    ],
    [
      'keys that JavaScript would lose',
      `[{"accountId": "${ONE}", "region": "eu-west-1",\n"__proto__": {},\n"tags": {"__proto__": "x"}}]`,
      ['2: __proto__: unknown field', '3: tags.__proto__: cannot be a tag key'],
    ],
    [
      'the same in defaults',
      `{"accounts": [${account}],\n"defaults": {"__proto__": {},\n"timing": {"__proto__": "x"}}}`,
      ['2: defaults.__proto__: unknown field', '3: defaults.timing.__proto__: unknown field'],
    ],
    ['lists in lists in lists', '['.repeat(100_000), ['1: is nested too deeply']],
  ])('%s', (_, content, problems) => {
    expect(problemsOf('a.json', content)).toEqual(problems);
  });

  test('in JSON Lines each line stands for itself', () => {
    expect(problemsOf('a.jsonl', `${account}\n{"accountId"}\n7\n[]\n{"a":1,"a":2}`)).toEqual([
      `2: ${NOT}: a colon is missing before this`,
      '3: accountId: is a number here, which loses leading zeros: put its 12 digits in quotes',
      '3: region: is required',
      '4: an account must be an object, or an account ID in quotes',
      '5: a: is given twice',
      '5: accountId: is required',
      '5: region: is required',
      '5: a: unknown field',
    ]);
  });
});

describe('YAML that is not valid:', () => {
  const NUMBER = 'accountId: is a number here, which loses leading zeros: put its 12 digits in quotes';
  test.each([
    ['an ID without quotes', `- accountId: ${ONE}\n  region: eu-west-1`, [`1: ${NUMBER}`]],
    [
      'IDs with zeros in front, octal or rounded',
      `defaults: {region: eu-west-1}\naccounts:\n- 012345670123\n- 0o1234567\n- 1.11122E+11`,
      [`3: ${NUMBER}`, `4: ${NUMBER}`, `5: ${NUMBER}`],
    ],
    ['a key twice', `- accountId: "${ONE}"\n  region: x\n  region: eu-west-1`, ['3: region: is given twice']],
    ['a tab', `- accountId: "${ONE}"\n\tregion: x`, ['2: is not valid YAML']],
    ['a bracket that is not closed', `- [\n  a\n  ]]`, ['3: is not valid YAML']],
    [
      'two documents',
      `- "${ONE}"\n---\n- "${TWO}"`,
      ['2: begins a second document (---): put all accounts into one'],
    ],
    [
      'an alias of nothing',
      `- accountId: "${ONE}"\n  name: *x`,
      ['2: an alias (*name) has no anchor (&name) before it; a text that begins with * must be in quotes'],
    ],
    [
      'tags of YAML',
      `- accountId: "${ONE}"\n  region: !Ref x`,
      ['2: tags such as !name have no meaning here; a text that begins with ! must be in quotes'],
    ],
    [
      'comments only',
      '# nothing yet\n',
      ['1: must be a list of accounts, or an object with "accounts" and, if you like, "defaults"'],
    ],
    [
      'a key that JavaScript would lose',
      `- accountId: "${ONE}"\n  region: eu-west-1\n  tags:\n    __proto__: x`,
      ['4: tags.__proto__: cannot be a tag key'],
    ],
  ])('%s', (_, content, problems) => {
    expect(problemsOf('a.yaml', content)).toEqual(problems);
  });

  test('aliases of aliases of aliases are refused at once; one in each account is not', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) =>
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
    );
    const bomb = ['a: &a-1 [x]', ...levels].join('\n');
    expect(problemsOf('a.yaml', bomb)).toEqual([
      'has aliases (*name) of itself, or too many: write the values out',
    ]);
    const ids = Array.from({ length: 1000 }, (_, i) => String(111122220000 + i));
    const accounts = ids.map(
      (id, i) => `- {accountId: "${id}", region: eu-west-1, tags: ${i === 0 ? '&t {a: b}' : '*t'}}`,
    );
    expect(requestsOf('a.yaml', accounts.join('\n'))).toHaveLength(1000);
  });
});

describe('a file that cannot be read at all:', () => {
  const text = `accountId,region\n${ONE},eu-west-1\n`;
  const SAVE = 'save it as UTF-8 (in Excel: "CSV UTF-8")';
  test.each([
    [
      'another kind of file',
      'a.xlsx',
      text,
      'the name must end in .csv, .json, .jsonl, .ndjson, .yaml, .yml',
    ],
    ['no end of a name', 'csv', text, 'the name must end in .csv, .json, .jsonl, .ndjson, .yaml, .yml'],
    ['empty', 'a.json', '', 'is empty'],
    ['blank', 'a.jsonl', '\ufeff \r\n', 'is empty'],
    ['UTF-16', 'a.csv', Buffer.from(`\ufeff${text}`, 'utf16le'), `is UTF-16 text: ${SAVE}`],
    [
      'UTF-16 without a mark',
      'a.csv',
      Buffer.from(text, 'utf16le'),
      `1: holds a zero byte: is it UTF-16? ${SAVE}`,
    ],
    ['Latin-1', 'a.csv', Buffer.from(`${text}é`, 'latin1'), `3: is not UTF-8 text: ${SAVE}`],
  ])('%s', (_, name, content, message) => {
    expect(problemsOf(name, content)).toEqual([message]);
  });
});

test('100,000 wrong lines print as 50, and how many more', () => {
  const csv = `accountId,region\n${Array.from({ length: 100_000 }, (_, i) => `${111122220000 + i},Mars`).join('\n')}`;
  const outcome = read('a.csv', csv) as { problems: ManifestProblem[] };
  const lines = describeManifestProblems('accounts.csv', outcome.problems).split('\n');
  expect(lines).toHaveLength(51);
  expect(lines[0]).toBe(`accounts.csv:2: region: ${REGION_MESSAGE}`);
  expect(lines[50]).toBe('and 99950 more');
  expect(describeManifestProblem('\u001b[31m\nx', { line: 0, message: 'is empty' })).toBe('[31m x: is empty');
});

test('100,000 accounts are read in seconds, in each format', () => {
  const ids = Array.from({ length: 100_000 }, (_, i) => String(111122220000 + i));
  const files = {
    'a.csv': `accountId,region\n${ids.map((id) => `${id},eu-west-1`).join('\n')}`,
    'a.json': JSON.stringify({ defaults: { region: 'eu-west-1' }, accounts: ids }, null, 1),
    'a.jsonl': ids.map((accountId) => JSON.stringify({ accountId, region: 'eu-west-1' })).join('\n'),
    'a.yaml': `defaults: {region: eu-west-1}\naccounts:\n${ids.map((id) => `- "${id}"`).join('\n')}`,
  };
  for (const [name, content] of Object.entries(files)) {
    const began = performance.now();
    expect(requestsOf(name, content)).toHaveLength(100_000);
    // Ten times what it takes on a machine that is not busy.
    expect(performance.now() - began).toBeLessThan(30_000);
  }
});
