import { ONE, problemsOf } from '../../support/manifest';

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
