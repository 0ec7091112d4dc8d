import { ONE, TWO, REGION_MESSAGE, problemsOf } from '../../support/manifest';

describe('CSV that is not valid:', () => {
  const row = `${ONE},eu-west-1`;
  test.each([
    ['no account column', `name,region\n${row}`, ['1: accountId: the first row must name this column']],
    [
      'unknown columns, and rows all the same',
      `accountId,Region,colour,tags.,\n${ONE},,,,x`,
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
        '2: region: is required',
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
