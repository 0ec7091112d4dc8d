import {
  describeManifestProblem,
  describeManifestProblems,
  type ManifestProblem,
} from '../../../client/manifest';
import { readRequest } from '../../../contract';
import {
  ONE,
  TWO,
  REGION_MESSAGE,
  full,
  leaves,
  leavesOf,
  fullCsv,
  read,
  requestsOf,
  problemsOf,
} from '../../support/manifest';

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
          createTimeout: '2h',
          pollInterval: '1s',
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

test('an unknown field or column is told with the one that is meant', () => {
  const [column] = problemsOf('a.csv', `accountId,region,naem\n${ONE},eu-west-1,a\n`);
  expect(column).toBe('1: naem: unknown column (did you mean "name"?)');
  const yaml = `- {accountId: '${ONE}', region: eu-west-1, naem: a}`;
  expect(problemsOf('a.yaml', yaml)).toEqual(['1: naem: unknown field (did you mean "name"?)']);
});

describe('a wrong field is told at its own line:', () => {
  const fields = `"accountId": "${ONE}",\n "region": "Ireland",\n "tags": {"a.b": 1,\n "a": "#"},\n "colour": "red"`;
  const told = [
    `2: region: ${REGION_MESSAGE}`,
    '3: tags.a.b: must be a text, not a number: put it in quotes, "1"',
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

describe('a file that cannot be read at all:', () => {
  const text = `accountId,region\n${ONE},eu-west-1\n`;
  const SAVE = 'save it as UTF-8 (in Excel: "CSV UTF-8")';
  const ENDINGS = 'the name must end in .csv, .tsv, .txt, .json, .jsonl, .ndjson, .yaml, .yml';
  test.each([
    ['another kind of file', 'a.xlsx', text, ENDINGS],
    ['no end of a name', 'csv', text, ENDINGS],
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

test('100,000 wrong lines of one cause print as one', () => {
  const linesOf = (rows: (index: number) => string) => {
    const csv = `accountId,region,name\n${Array.from({ length: 100_000 }, (_, i) => rows(i)).join('\n')}`;
    const { problems } = read('a.csv', csv) as { problems: ManifestProblem[] };
    expect(problems).toHaveLength(100_000);
    return describeManifestProblems('accounts.csv', problems).split('\n');
  };
  expect(linesOf((i) => `${111122220000 + i},Mars`)).toEqual([
    `accounts.csv:2: region: ${REGION_MESSAGE} (and the same 99999 times more, in line 3, 4, 5, 6, 7, …)`,
  ]);
  expect(describeManifestProblem('\u001b[31m\nx', { line: 0, message: 'is empty' })).toBe('[31m x: is empty');
});

test('what is rare is told by itself, beside what is frequent; more than 50 lines are counted', () => {
  const problem = (line: number, field: string, message = 'is bad'): ManifestProblem => ({
    line,
    field,
    message,
  });
  const some = [
    problem(2, 'a'),
    problem(3, 'b'),
    problem(4, 'a'),
    problem(5, 'a'),
    problem(6, 'a'),
    problem(7, 'b'),
  ];
  expect(describeManifestProblems('f', some).split('\n')).toEqual([
    'f:2: a: is bad (and the same 3 times more, in line 4, 5, 6)',
    'f:3: b: is bad',
    'f:7: b: is bad',
  ]);
  const fields = Array.from({ length: 60 }, (_, i) => problem(i, `f${i}`));
  const lines = describeManifestProblems('f', fields).split('\n');
  expect(lines).toHaveLength(51);
  expect(lines[50]).toBe('and 10 more');
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
