import { ONE, TWO, requestsOf, problemsOf } from '../../support/manifest';

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
