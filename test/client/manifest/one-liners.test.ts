import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ONE, TWO, requestsOf } from '../../support/manifest';

// The lines of docs/fleets.md that make a manifest of what AWS knows, run as they stand there: by the AWS CLI and jq of this
// machine, against a server that answers as AWS does.

const page = readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'fleets.md'), 'utf8');
const section = page.slice(page.indexOf("### AWS's own lists"), page.indexOf('## The plan'));
const lines = [...section.matchAll(/^```sh\n(.*?)^```/gms)].map(([, text = '']) =>
  text.replaceAll(/^identity-center .*$/gm, '').trim(),
);

const accountOf = (Id: string, Email: string) => ({
  ...{
    Id,
    Email,
    Arn: `arn:aws:organizations::999999999999:account/o-a/${Id}`,
    Name: 'A b',
    Status: 'ACTIVE',
  },
  ...{ JoinedMethod: 'CREATED', JoinedTimestamp: 1_672_531_200 },
});
const OTHER = '777788889999';
const ACCOUNTS = [
  accountOf(ONE, 'One.Team+a@example.com'),
  accountOf(TWO, 'two@example.com'),
  accountOf(OTHER, 'not-two@example.com'),
];
const ANSWERS: Record<string, object> = {
  'AWSOrganizationsV20161128.ListAccounts': { Accounts: ACCOUNTS },
  'AWSOrganizationsV20161128.ListAccountsForParent': { Accounts: ACCOUNTS.slice(0, 1) },
  'DynamoDB_20120810.Scan': { Items: [{ id: { S: ONE } }, { id: { S: TWO } }], Count: 2, ScannedCount: 2 },
};
const FILES = [
  'mandatoryAccounts:\n  - name: A\n    email: <one.team+a@example.com>\nworkloadAccounts:\n  - email: two@example.com # b\n',
  'accounts:\n  - account_full_name: a\n    email: "one.team+a@example.com"\n  - email: TWO@example.com\n',
  'control_tower_parameters = {\n  AccountEmail = "one.team+a@example.com"\n  SSOUserEmail="two@example.com"\n}\n',
];

let server: Server;
let folder: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const answer = ANSWERS[String(request.headers['x-amz-target'])];
    response.writeHead(answer === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer ?? { __type: 'UnknownOperationException' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  folder = mkdtempSync(path.join(tmpdir(), 'identity-center-lines-'));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const isThere = (tool: string) => spawnSync(tool, ['--version']).status === 0;
const lacking = ['bash', 'aws', 'jq'].filter((tool) => !isThere(tool));
const testWithTools = lacking.length === 0 ? test : test.skip;

/** Runs a line; the file that it writes, read as a manifest. */
async function accountsOf(line: string): Promise<string[]> {
  const file = /> (accounts\.\w+)$/.exec(line)?.[1] ?? '';
  await promisify(execFile)('bash', ['-ec', line], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
    },
  });
  const content = readFileSync(path.join(folder, file));
  return requestsOf(file, content, { region: 'eu-west-1' }).map(({ accountId }) => accountId);
}

test('there are four lines', () => {
  expect(lines).toHaveLength(4);
});

testWithTools(
  `the line for all accounts${skipReason()}`,
  async () => {
    expect(await accountsOf(lines[0] ?? '')).toEqual([ONE, TWO, OTHER]);
  },
  60_000,
);

testWithTools(
  `the line for the accounts whose addresses a file has${skipReason()}`,
  async () => {
    for (const text of FILES) {
      writeFileSync(path.join(folder, 'request.txt'), text);
      expect(await accountsOf(lines[1] ?? '')).toEqual([ONE, TWO]);
    }
  },
  120_000,
);

testWithTools(
  `the lines for AFT's accounts and for an organizational unit${skipReason()}`,
  async () => {
    expect(await accountsOf(lines[2] ?? '')).toEqual([ONE, TWO]);
    expect(await accountsOf(lines[3] ?? '')).toEqual([ONE]);
  },
  60_000,
);

function skipReason(): string {
  return lacking.length === 0 ? '' : `: skipped, as this machine has no ${lacking.join(', ')}`;
}
