import {
  DescribeAccountCommand,
  DescribeOrganizationalUnitCommand,
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListParentsCommand,
  ListTagsForResourceCommand,
  OrganizationsClient,
  paginateListAccounts,
  paginateListTagsForResource,
} from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { emulatorSettings, startEmulator, type Emulator } from '../../../../sandbox';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 });
});
afterAll(() => emulator.close());

test.each(['us-east-1', 'eu-west-1'])(
  'DescribeOrganization names the management account, asked from %s',
  async (region) => {
    const { credentials } = emulatorSettings(emulator.url);
    const client = new OrganizationsClient({ region, endpoint: emulator.url, credentials, maxAttempts: 1 });
    await expect(client.send(new DescribeOrganizationCommand({}))).resolves.toMatchObject({
      Organization: { MasterAccountId: '999999999999', FeatureSet: 'ALL' },
    });
    const failNext = [
      { operation: 'DescribeOrganization', error: 'AWSOrganizationsNotInUseException', times: 1 },
    ];
    emulator.setFaults({ failNext });
    await expect(client.send(new DescribeOrganizationCommand({}))).rejects.toMatchObject({
      name: 'AWSOrganizationsNotInUseException',
    });
  },
);

describe('ListAccounts', () => {
  const { credentials } = emulatorSettings('');
  const clientOf = (more = {}) =>
    new OrganizationsClient({
      region: 'us-east-1',
      endpoint: emulator.url,
      credentials,
      maxAttempts: 1,
      ...more,
    });
  const ids = Array.from({ length: 45 }, (_, index) => String(100_000_000_000 + index));
  afterEach(() => {
    emulator.reset();
  });

  test("is read page by page by the SDK's own paginator, through empty pages", async () => {
    emulator.setOrganization({ accounts: ids.map((id) => ({ id })), emptyPages: true });
    const found: (string | undefined)[] = [];
    let pages = 0;
    for await (const { Accounts = [] } of paginateListAccounts({ client: clientOf() }, {})) {
      found.push(...Accounts.map(({ Id }) => Id));
      pages += 1;
    }
    expect(found).toEqual(['999999999999', ...ids]);
    expect(pages).toBe(6);
  });

  test.each([
    ['both', { State: 'CLOSED', Status: 'SUSPENDED' }],
    ['State', { State: 'CLOSED' }],
    ['Status', { Status: 'SUSPENDED' }],
  ] as const)('tells the state in %s of its fields', async (stateFields, told) => {
    emulator.setOrganization({ accounts: [{ id: '111122223333', state: 'CLOSED' }], stateFields });
    const { Accounts = [] } = await clientOf().send(new ListAccountsCommand({}));
    const { Id, Arn, State, Status } = Accounts[1] ?? {};
    expect({ Id, Arn }).toEqual({
      Id: '111122223333',
      Arn: 'arn:aws:organizations::999999999999:account/o-emulator00/111122223333',
    });
    expect(JSON.parse(JSON.stringify({ State, Status }))).toEqual(told);
  });

  test('is refused to members, but for delegated administrators', async () => {
    const sts = new STSClient({ region: 'us-east-1', endpoint: emulator.url, credentials });
    const RoleArn = 'arn:aws:iam::111122223333:role/auditor';
    const { Credentials: issued } = await sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'auditor' }),
    );
    const member = clientOf({
      credentials: {
        accessKeyId: issued?.AccessKeyId ?? '',
        secretAccessKey: issued?.SecretAccessKey ?? '',
        sessionToken: issued?.SessionToken ?? '',
      },
    });
    await expect(member.send(new ListAccountsCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    emulator.setOrganization({ delegatedAdministrators: ['111122223333'] });
    const { Accounts = [] } = await member.send(new ListAccountsCommand({}));
    // Without a list of members they are those that the emulator has heard of.
    expect(Accounts.map(({ Id }) => Id)).toEqual(['999999999999', '111122223333']);
  });

  test('meets faults as other operations do, and refuses a token that it has not given', async () => {
    const failNext = [{ operation: 'ListAccounts', error: 'TooManyRequestsException', times: 1 }];
    emulator.setFaults({ failNext });
    await expect(clientOf().send(new ListAccountsCommand({}))).rejects.toMatchObject({
      name: 'TooManyRequestsException',
    });
    await expect(clientOf().send(new ListAccountsCommand({ NextToken: 'mine' }))).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
  });

  test('lists what was set over HTTP, and what is wrong with that is told', async () => {
    const put = (body: object) =>
      fetch(`${emulator.url}/_emulator/organization`, { method: 'PUT', body: JSON.stringify(body) });
    expect((await put({ accounts: [{ id: '111122223333', state: 'SUSPENDED' }] })).status).toBe(200);
    const { Accounts = [] } = await clientOf().send(new ListAccountsCommand({}));
    expect(Accounts[1]).toMatchObject({ Id: '111122223333', State: 'SUSPENDED' });
    const refused = await put({ accounts: [{ id: '1' }] });
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { problems: [{ field: 'accounts.0.id' }] },
    ]);
  });
});

describe('an account of the organization', () => {
  const { credentials } = emulatorSettings('');
  const ask = () =>
    new OrganizationsClient({ region: 'us-east-1', endpoint: emulator.url, credentials, maxAttempts: 1 });
  const [id, unit, parent] = ['111122223333', 'ou-ab12-22222222', 'ou-ab12-11111111'];
  const tags = Object.fromEntries(Array.from({ length: 45 }, (_, index) => [`tag-${index}`, 'x']));
  beforeEach(() => {
    emulator.reset();
    emulator.setOrganization({
      accounts: [{ id, name: 'Team A', unit, tags }],
      units: [
        { id: unit, name: 'Production', parent },
        { id: parent, name: 'Workloads' },
      ],
    });
  });

  test('has a name, tags page by page, and units up to the root', async () => {
    await expect(ask().send(new DescribeAccountCommand({ AccountId: id }))).resolves.toMatchObject({
      Account: { Id: id, Name: 'Team A', State: 'ACTIVE' },
    });
    const found: string[] = [];
    let pages = 0;
    for await (const { Tags = [] } of paginateListTagsForResource({ client: ask() }, { ResourceId: id })) {
      found.push(...Tags.map(({ Key = '' }) => Key));
      pages += 1;
    }
    expect([found, pages]).toEqual([Object.keys(tags), 3]);
    const parentOf = async (ChildId: string) =>
      (await ask().send(new ListParentsCommand({ ChildId }))).Parents;
    await expect(parentOf(id)).resolves.toEqual([{ Id: unit, Type: 'ORGANIZATIONAL_UNIT' }]);
    await expect(parentOf(unit)).resolves.toEqual([{ Id: parent, Type: 'ORGANIZATIONAL_UNIT' }]);
    await expect(parentOf(parent)).resolves.toEqual([{ Id: 'r-em00', Type: 'ROOT' }]);
    const described = await ask().send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: unit }));
    expect(described.OrganizationalUnit).toEqual({
      Id: unit,
      Arn: `arn:aws:organizations::999999999999:ou/o-emulator00/${unit}`,
      Name: 'Production',
    });
  });

  test('what there is not has an error of its own', async () => {
    const other = '444455556666';
    const thrown = (sent: Promise<unknown>) =>
      sent.then(
        () => 'ok',
        (error: unknown) => (error as Error).name,
      );
    await expect(
      Promise.all([
        thrown(ask().send(new DescribeAccountCommand({ AccountId: other }))),
        thrown(ask().send(new ListParentsCommand({ ChildId: other }))),
        thrown(ask().send(new ListTagsForResourceCommand({ ResourceId: other }))),
        thrown(
          ask().send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: 'ou-ab12-99999999' })),
        ),
      ]),
    ).resolves.toEqual([
      'AccountNotFoundException',
      'ChildNotFoundException',
      'TargetNotFoundException',
      'OrganizationalUnitNotFoundException',
    ]);
  });
});
