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
    ['two documents', `- "${ONE}"\n---\n- "${TWO}"`, ['2: begins a second document (---): put all into one']],
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

  test.each([
    [
      'of the defaults',
      `defaults: &d {region: eu-west-1, tags: {a: b}}\naccounts:\n- <<: *d\n  accountId: "${ONE}"`,
    ],
    [
      'of an anchor beside the accounts',
      `.all: &d\n  region: eu-west-1\n  tags: {a: b}\naccounts:\n- <<: *d\n  accountId: "${ONE}"`,
    ],
    [
      'of a list of them',
      `x: &x [{region: eu-west-1}, {region: us-east-1, tags: {a: b}}]\naccounts:\n- <<: *x\n  accountId: "${ONE}"`,
    ],
    [
      'of one that has one',
      `x: &x {region: us-east-1, tags: {a: b}}\ny: &y {<<: *x, region: eu-west-1}\naccounts:\n- {accountId: "${ONE}", <<: *y}`,
    ],
    [
      'inside a field',
      `defaults: {region: eu-west-1}\naccounts:\n- accountId: "${ONE}"\n  tags:\n    <<: {a: b}`,
    ],
    [
      'of a list of aliases',
      `.a: &a {region: eu-west-1}\n.b: &b {tags: {a: b}}\naccounts: [{<<: [*a, *b], accountId: "${ONE}"}]`,
    ],
  ])('merge keys are carried out: %s', (_, content) => {
    expect(requestsOf('a.yaml', content)).toEqual([
      { accountId: ONE, region: 'eu-west-1', tags: { a: 'b' } },
    ]);
  });

  test('what is wrong in what was merged is told for the account; what is no object cannot be merged', () => {
    expect(
      problemsOf(
        'a.yaml',
        `.a: &a {colour: red}\naccounts:\n- <<: *a\n  accountId: "${ONE}"\n  region: eu-west-1`,
      ),
    ).toEqual(['3: colour: unknown field']);
    for (const source of ['1', '[1]', '~', '*a'])
      expect(problemsOf('a.yaml', `.a: &a x\naccounts:\n- {<<: ${source}, accountId: "${ONE}"}`)).toEqual([
        'a merge key (<<) must have an object, or a list of objects: <<: *name',
      ]);
    expect(
      problemsOf('a.yaml', `- {<<: {a: b}, <<: {a: c}, accountId: "${ONE}", region: eu-west-1}`),
    ).toEqual(['1: <<: is given twice', '1: a: unknown field']);
  });

  test('a tag that is no text is told in the form that works', () => {
    const tags = (text: string) =>
      problemsOf('a.yaml', `- accountId: "${ONE}"\n  region: eu-west-1\n  tags: ${text}`);
    const told = (field: string, what: string, form: string) =>
      `3: tags.${field}: must be a text, not ${what}: put it in quotes, "${form}"`;
    expect(tags('{costcenter: 0042, cost.center: 1.50, on: true}')).toEqual([
      told('costcenter', 'a number', '0042'),
      told('cost.center', 'a number', '1.50'),
      told('on', 'true or false', 'true'),
    ]);
    expect(tags('[{Key: costcenter, Value: 0042}]')).toEqual([told('costcenter', 'a number', '42')]);
    expect(tags('[team=identity]')).toEqual([
      '3: tags: must be an object, not a list: write {"team": "identity"}, or AWS\'s own [{"Key": "team", "Value": "identity"}] with each key once',
    ]);
  });

  test('AWS’s lists of tags are tags', () => {
    const tags = (text: string) =>
      requestsOf('a.yaml', `- accountId: "${ONE}"\n  region: eu-west-1\n  tags: ${text}`)[0]?.tags;
    expect(tags('[{Key: team, Value: identity}, {Value: "0042", Key: cost.center}]')).toEqual({
      team: 'identity',
      'cost.center': '0042',
    });
    expect(tags('[{key: team, value: ""}]')).toEqual({ team: '' });
    expect(tags('[]')).toEqual({});
  });
});
