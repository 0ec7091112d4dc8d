import { read, requestsOf, problemsOf, ONE, TWO } from '../../support/manifest';

const MANAGEMENT = '999999999999';
const THREE = '000011112222';
const REGION = { region: 'eu-west-1' };
const arnOf = (id: string, partition = 'aws') =>
  `arn:${partition}:organizations::${MANAGEMENT}:account/o-exampleorgid/${id}`;
const SUSPENDED = 'AWS has suspended it (SUSPENDED)';
const IS_MANAGEMENT = "it is the organization's management account, which can have no account instance";

/** An account as list-accounts answers it. */
const accountOf = (Id: string, more: object = {}) => ({
  Id,
  Arn: arnOf(Id),
  Email: 'team+a@example.com',
  Name: 'Smith, Jones & Co',
  Status: 'ACTIVE',
  JoinedMethod: 'CREATED',
  JoinedTimestamp: '2023-01-01T00:00:00+00:00',
  ...more,
});
const organization = [accountOf(ONE), accountOf(TWO, { Status: 'SUSPENDED' }), accountOf(MANAGEMENT)];
const HEADER = 'Account ID,ARN,Email,Name,Status,Joined method,Joined timestamp';
const row = ({ Id, Arn, Email, Name, Status, JoinedMethod }: ReturnType<typeof accountOf>) =>
  `${Id},${Arn},${Email},"${Name}",${Status},${JoinedMethod},2023-01-01T00:00:00Z`;
const rows = organization.map(row);
const small = organization.map(({ Id: id, Arn: arn, Email: email, Name: name, Status: status }) => ({
  ...{ id, arn, email, name, status, joined_method: 'CREATED' },
}));
const yaml = (indent: string) =>
  organization
    .map(
      ({ Id, Arn, Status }) =>
        `- Arn: ${Arn}\n  Email: a@example.com\n  Id: '${Id}'\n  JoinedTimestamp: '2023-01-01T00:00:00+00:00'\n  Name: Smith, Jones & Co\n  Status: ${Status}`,
    )
    .join('\n')
    .replaceAll(/^/gm, indent);

describe('a list of AWS is read as it is:', () => {
  test.each([
    ['the console’s CSV', 'a.csv', [HEADER, ...rows].join('\n')],
    ['from Windows', 'a.csv', `\ufeff${[HEADER, ...rows].join('\r\n')}\r\n`],
    [
      'saved by a spreadsheet',
      'a.csv',
      [`${HEADER},,`, ...rows.map((it) => `${it},,`), ',,,,,,,,'].join('\n'),
    ],
    ['with semicolons', 'a.csv', [HEADER, ...rows].map((it) => it.replaceAll(/,(?! )/g, ';')).join('\n')],
    [
      'PowerShell’s Export-Csv',
      'a.csv',
      [
        '#TYPE Amazon.Organizations.Model.Account',
        '"Arn","Id","JoinedMethod","Name","Status"',
        ...organization.map(
          ({ Id, Arn, Status }) => `"${Arn}","${Id}","CREATED","Smith, ""J"" & Co","${Status}"`,
        ),
      ].join('\n'),
    ],
    [
      'SQL’s CSV',
      'a.csv',
      ['id,arn,name,status', ...small.map((it) => `${it.id},${it.arn},x y,${it.status}`)].join('\n'),
    ],
    ['list-accounts', 'a.json', JSON.stringify({ Accounts: organization }, null, 4)],
    ['the list alone', 'a.json', JSON.stringify(organization)],
    ['an account a line', 'a.jsonl', organization.map((it) => JSON.stringify(it)).join('\n')],
    ['pages of jq --slurp', 'a.json', JSON.stringify(organization.map((it) => ({ Accounts: [it] })))],
    [
      'with what AWS may add',
      'a.json',
      JSON.stringify({ ResultCount: 3, Accounts: organization.map((it) => ({ ...it, Paths: ['o/r'] })) }),
    ],
    ['with defaults', 'a.json', JSON.stringify({ defaults: {}, accounts: organization })],
    ['Terraform', 'a.json', JSON.stringify(small)],
    ['YAML', 'a.yaml', `Accounts:\n${yaml('')}\n`],
    ['YAML, the list alone', 'a.yml', yaml('')],
    ['yaml-stream', 'a.yaml', `- Accounts:\n${yaml('  ')}\n`],
  ])('%s', (_, name, content) => {
    expect(read(name, content, REGION)).toEqual({
      requests: [{ accountId: ONE, region: 'eu-west-1' }],
      skipped: [
        { accountId: TWO, reason: SUSPENDED },
        { accountId: MANAGEMENT, reason: IS_MANAGEMENT },
      ],
    });
  });

  test('fields of ours beside those of AWS count; the name of an account is not that of an instance', () => {
    const csv = `${HEADER},region,tags.team,name\n${rows[0] ?? ''},eu-west-2,identity,workforce\n`;
    const request = { accountId: ONE, region: 'eu-west-2', tags: { team: 'identity' }, name: 'workforce' };
    expect(requestsOf('a.csv', csv)).toEqual([request]);
    const own = { ...request, accountId: undefined };
    expect(requestsOf('a.json', JSON.stringify([accountOf(ONE, own)]))).toEqual([request]);
    expect(requestsOf('a.json', JSON.stringify([{ Id: ONE, Name: 'a b' }]), REGION)).toEqual([
      { accountId: ONE, region: 'eu-west-1' },
    ]);
  });

  test('the state beside the fields of a request counts too', () => {
    const skipped = [{ accountId: TWO, reason: SUSPENDED }];
    const csv = `accountId,region,Status\n${ONE},eu-west-1,Active\n${TWO},eu-west-1,suspended`;
    expect(read('a.csv', csv)).toMatchObject({ requests: [{ accountId: ONE }], skipped });
    const json = [
      { accountId: ONE, region: 'eu-west-1' },
      { accountId: TWO, region: 'x', status: 'SUSPENDED' },
    ];
    expect(read('a.json', JSON.stringify(json))).toMatchObject({ requests: [{ accountId: ONE }], skipped });
  });
});

test.each([
  [{ Status: 'SUSPENDED' }, SUSPENDED],
  [{ Status: undefined, State: 'SUSPENDED' }, SUSPENDED],
  [{ Status: 'SUSPENDED', State: 'CLOSED' }, 'it is closed (CLOSED)'],
  [{ State: 'PENDING_CLOSURE' }, 'it is being closed (PENDING_CLOSURE)'],
  [{ Status: 'Pending closure' }, 'it is being closed (PENDING_CLOSURE)'],
  [{ State: 'PENDING_ACTIVATION', Status: undefined }, 'it is not active yet (PENDING_ACTIVATION)'],
  [{ Status: 'QUARANTINED' }, 'it is not active (QUARANTINED)'],
  [{ Arn: arnOf(TWO).replace(MANAGEMENT, TWO) }, IS_MANAGEMENT],
  [{ Arn: arnOf(TWO, 'aws-cn').replace(MANAGEMENT, TWO) }, IS_MANAGEMENT],
])('an account with %j is skipped, with the reason', (more, reason) => {
  const list = JSON.stringify({ Accounts: [accountOf(ONE), accountOf(TWO, more)] });
  expect(read('a.json', list, REGION)).toEqual({
    requests: [{ accountId: ONE, region: 'eu-west-1' }],
    skipped: [{ accountId: TWO, reason }],
  });
});

test('a page of a list is taken, and said to be one; a list of skipped accounts is none', () => {
  const page = (NextToken: unknown) => JSON.stringify({ Accounts: [accountOf(ONE)], NextToken });
  expect(read('a.json', page('abc'), REGION)).toMatchObject({
    notes: [expect.stringContaining('not the whole')],
  });
  expect(read('a.json', page(null), REGION)).not.toHaveProperty('notes');
  const gone = { Accounts: [accountOf(ONE, { State: 'CLOSED' }), accountOf(THREE, { State: 'CLOSED' })] };
  expect(problemsOf('a.json', JSON.stringify(gone))).toEqual([
    `holds no account to provision: ${ONE}: it is closed (CLOSED), and 1 more are skipped`,
  ]);
});

test('what is wrong with a list of AWS is told once, or at its line', () => {
  const list = JSON.stringify(
    { Accounts: Array.from({ length: 300 }, (_, i) => accountOf(`${111122220000 + i}`)) },
    null,
    1,
  );
  expect(problemsOf('a.json', list)).toEqual([
    '3: region: is required, and no account has one: give one for all (--region), or each its own',
  ]);
  expect(problemsOf('a.csv', `${HEADER},Region\n${rows[0] ?? ''},eu-west-1`)).toEqual([
    '1: Region: unknown column: write it region',
    '2: region: is required',
  ]);
  const cut = `${HEADER}\n11122223333,${arnOf('011122223333')},a@b,x,ACTIVE,CREATED,2023\n${rows[0] ?? ''}\n${rows[0] ?? ''}`;
  expect(problemsOf('a.csv', cut, REGION)).toEqual([
    '2: accountId: has 11 digits, not 12: a spreadsheet takes leading zeros away; format the column as text and enter the ID again',
    `4: accountId: ${ONE} is in line 3 already`,
  ]);
  // Whose name it is, is not certain.
  expect(problemsOf('a.csv', `accountId,region,name,email\n${ONE},eu-west-1,x,a@b`)[0]).toContain(
    'email: unknown column',
  );
});
