import { ONE, TWO, problemsOf, requestsOf } from '../../support/manifest';

const requests = [
  { accountId: ONE, region: 'eu-west-1' },
  { accountId: TWO, region: 'eu-west-1' },
];
const REGION = { region: 'eu-west-1' };

describe('what spreadsheets and shells make of a list of accounts is read:', () => {
  test.each([
    ['empty columns at the end', `accountId,region,,\n${ONE},eu-west-1,,\n${TWO},eu-west-1,,\n`],
    ['empty columns of different length', `accountId,region,,\n${ONE},eu-west-1\n${TWO},eu-west-1,,,,\n`],
    ['empty columns in the middle', `accountId,,,region\n${ONE},,,eu-west-1\n${TWO},, ,eu-west-1\n`],
    ['rows of empty cells', `,,\naccountId,region,\n,,\n${ONE},eu-west-1,\n,,\n${TWO},eu-west-1\n,,`],
    [
      'rows without their last cells',
      `accountId,region,name,tags.team\n${ONE},eu-west-1\n${TWO},eu-west-1,\n`,
    ],
    ['semicolons', `accountId;region\n${ONE};eu-west-1\n${TWO};eu-west-1`],
    ['quoted semicolons', `"accountId";"region"\n"${ONE}";"eu-west-1"\n"${TWO}";"eu-west-1"\n`],
    ['tabs', `accountId\tname\tregion\n${ONE}\t\teu-west-1\n${TWO}\t\teu-west-1`],
    ['sep=;', `sep=;\naccountId;region\n${ONE};eu-west-1\n${TWO};eu-west-1`],
    ['"sep=,"', `"sep=,"\naccountId,region\n${ONE},eu-west-1\n${TWO},eu-west-1`],
    ['sep= and a tab', `sep=\t\naccountId\tregion\n${ONE}\teu-west-1\n${TWO}\teu-west-1`],
    [
      '#TYPE',
      `#TYPE System.Management.Automation.PSCustomObject\n"accountId","region"\n"${ONE}","eu-west-1"\n"${TWO}","eu-west-1"`,
    ],
    [
      'comments, with quotes in them',
      `# don't, "edit\naccountId,region\n${ONE},eu-west-1\n  # "old\n${TWO},eu-west-1`,
    ],
    ['formulas that keep zeros', `accountId,region\n="${ONE}",eu-west-1\n"=""${TWO}""",eu-west-1`],
    [
      'blanks that nobody sees at the end',
      `accountId,region,\u00a0\n${ONE},eu-west-1,\u00a0\n${TWO},eu-west-1,\u3000`,
    ],
  ])('%s', (_, content) => {
    expect(requestsOf('a.csv', content)).toEqual(requests);
    expect(requestsOf('a.csv', `\ufeff${content.replaceAll('\n', '\r\n')}\r\n`)).toEqual(requests);
  });

  test.each([
    ['one a line', `${ONE}\n${TWO}\n`],
    ['all in a line', `${ONE},${TWO}`],
    ['parted by tabs, as the AWS CLI does', `${ONE}\t${TWO}\n`],
    ['parted by blanks and commas', `${ONE}, ${TWO}\n`],
    ['in quotes', `"${ONE}"\n"${TWO}"`],
    ['formulas', `="${ONE}"\n="${TWO}"`],
    ['with comments and blank lines', `# the fleet, of spring\n\n${ONE}  # a, b\n\n  ${TWO} // "c\n`],
    ['with a header', `accountId\n${ONE}\n${TWO}`],
    ['with the header of AWS', `Account ID\n${ONE}\n${TWO}`],
  ])('a list of IDs, %s', (_, content) => {
    for (const name of ['a.csv', 'a.txt']) {
      expect(requestsOf(name, content, REGION)).toEqual(requests);
      expect(requestsOf(name, `\ufeff${content.replaceAll('\n', '\r\n')}`, REGION)).toEqual(requests);
    }
  });
});

describe('what is not certain is told:', () => {
  test.each([
    [
      'a value in a column without a name',
      `accountId,region,,\n${ONE},eu-west-1,,x`,
      ['1: column 4: has no name in the first row'],
    ],
    [
      'rows without a header',
      `${ONE},eu-west-1\n${TWO},eu-west-1`,
      ['1: must begin with a row that names the columns, such as accountId,region'],
    ],
    [
      'a list of IDs without a Region',
      `${ONE}\n${TWO}`,
      ['1: region: is required, and no account has one: give one for all (--region), or each its own'],
    ],
    [
      'rows in quotes as a whole',
      `"accountId,region"\n"${ONE},eu-west-1"`,
      ['1: is one cell, as quotes are around the whole row: take them away from all rows'],
    ],
    ['an ID twice', `# ids\n${ONE}\n${ONE},${TWO}`, [`3: accountId: ${ONE} is in line 2 already`]],
    [
      'IDs in groups',
      `accountId,region\n"111,122,223,333",eu-west-1\n111.122.223.333,eu-west-1\n1111-2222-3333,eu-west-1`,
      ['111,122,223,333', '111.122.223.333', '1111-2222-3333'].map(
        (id, index) =>
          `${index + 2}: accountId: is written in groups (${id}): write its 12 digits with nothing between them`,
      ),
    ],
    [
      'decimals and apostrophes',
      `accountId,region\n${ONE}.0,eu-west-1\n'${TWO},eu-west-1`,
      [
        `2: accountId: is a number with decimals (${ONE}.0), which loses leading zeros: format the column as text and enter the ID again`,
        "3: accountId: begins with ', as spreadsheets show a text: take it away",
      ],
    ],
    [
      'a rounded number',
      `accountId;region\n1,11122E+11;eu-west-1\n1E+11;eu-west-1`,
      ['1,11122E+11', '1E+11'].map(
        (id, index) =>
          `${index + 2}: accountId: a spreadsheet has made a rounded number of it (${id}): format the column as text and enter the ID again`,
      ),
    ],
  ])('%s', (_, content, problems) => {
    const defaults = content.includes('# ids') ? REGION : undefined;
    expect(problemsOf('a.csv', content, defaults)).toEqual(problems);
  });
});

describe('a character that nobody sees is named, with its place:', () => {
  const names: [character: string, name: string][] = [
    ['\u200b', 'U+200B ZERO WIDTH SPACE'],
    ['\u200d', 'U+200D ZERO WIDTH JOINER'],
    ['\u00a0', 'U+00A0 NO-BREAK SPACE'],
    ['\u202f', 'U+202F NARROW NO-BREAK SPACE'],
    ['\u2060', 'U+2060 WORD JOINER'],
    ['\u200f', 'U+200F RIGHT-TO-LEFT MARK'],
    ['\u202e', 'U+202E RIGHT-TO-LEFT OVERRIDE'],
    ['\u00ad', 'U+00AD SOFT HYPHEN'],
    ['\ufeff', 'U+FEFF ZERO WIDTH NO-BREAK SPACE (a byte order mark)'],
    ['\u{e0020}', 'U+E0020 an invisible character'],
  ];
  const told = (name: string, at: number) =>
    `accountId: must be 12 digits, but has ${name} at position ${at}: type the ID again`;

  test.each(names)('%j in an ID', (character, name) => {
    for (const at of [0, 4, 12]) {
      const id = `${ONE.slice(0, at)}${character}${ONE.slice(at)}`;
      expect(problemsOf('a.csv', `accountId,region\n${id},eu-west-1`)).toEqual([`2: ${told(name, at + 1)}`]);
      expect(problemsOf('a.txt', `${TWO}\n${id}`, REGION)).toEqual([`2: ${told(name, at + 1)}`]);
      expect(problemsOf('a.json', JSON.stringify([id]), REGION)).toEqual([`1: ${told(name, at + 1)}`]);
      expect(problemsOf('a.yaml', `- "${id}"`, REGION)).toEqual([`1: ${told(name, at + 1)}`]);
    }
  });

  test.each([
    ['\uff11', 'U+FF11 FULLWIDTH DIGIT ONE'],
    ['\u0661', 'U+0661 ARABIC-INDIC DIGIT ONE'],
    ['\u06f1', 'U+06F1 EXTENDED ARABIC-INDIC DIGIT ONE'],
    ['\u0967', 'U+0967 DEVANAGARI DIGIT ONE'],
    ['\u09e7', 'U+09E7 a digit of another script'],
  ])('%j for a digit', (digit, name) => {
    expect(problemsOf('a.csv', `accountId,region\n${digit}${ONE.slice(1)},eu-west-1`)).toEqual([
      `2: ${told(name, 1)}`,
    ]);
    expect(problemsOf('a.txt', `${digit}${ONE.slice(1)}`, REGION)).toEqual([`1: ${told(name, 1)}`]);
  });

  test('in a Region, a name, a column', () => {
    expect(problemsOf('a.csv', `accountId,region,name\n${ONE},eu\u2011west\u20111,work\u200bforce`)).toEqual([
      '2: region: must be an AWS Region code, such as "eu-west-1" (did you mean eu-west-1?); it has U+2011 NON-BREAKING HYPHEN at position 3, U+2011 NON-BREAKING HYPHEN at position 8',
      '2: name: may hold letters, digits and _ + = , . @ -; it has U+200B ZERO WIDTH SPACE at position 5',
    ]);
    expect(problemsOf('a.csv', `accountId,reg\u200bion\n${ONE},eu-west-1`, REGION)).toEqual([
      '1: "reg ion": unknown column: its name has U+200B ZERO WIDTH SPACE at position 4',
    ]);
  });
});
