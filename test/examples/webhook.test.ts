import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Webhook } from 'standardwebhooks';
import type { Announcement } from '../../contract';
import { isFull } from '../support/full';
import { until } from '../support/harness';
import { secretOf } from '../support/https-receiver';
import { compileExample } from './compile';
import { prepareExample } from './example';

const [FORMER, PRESENT] = [secretOf(1), secretOf(2)];

function announcement(id: string, more: Partial<Announcement['data']>): string {
  return JSON.stringify({
    id,
    version: 1,
    type: more.failure === undefined ? 'run.succeeded' : 'run.failed',
    timestamp: new Date().toISOString(),
    data: {
      accountId: '111122223333',
      workflowType: 'provisionIdentityCenter',
      workflowId: 'identity-center/111122223333',
      runId: 'run',
      ...more,
    },
  } satisfies Announcement);
}

describe.each([
  ['TypeScript', [process.execPath, compileExample('typescript/webhook.mts')]],
  ['Python', prepareExample('python', 'webhook')],
  ['Go', prepareExample('go', 'webhook')],
  ['Java', isFull ? prepareExample('java', 'webhook') : undefined],
])('a receiver of announcements in %s', (_language, command) => {
  const tests = command === undefined ? test.skip : test;
  let child: ChildProcess;
  let [said, warned] = ['', ''];
  let url: string;

  beforeAll(async () => {
    const [file, ...args] = command ?? [];
    if (file === undefined) return;
    child = spawn(file, [...args, '0'], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], WEBHOOK_SECRET: `${FORMER} ${PRESENT}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (warned += chunk.toString()));
    await until(
      () => warned,
      (text) => text.includes('listening on port'),
    );
    url = `http://127.0.0.1:${/port (\d+)/.exec(warned)?.[1]}/`;
  });
  afterAll(async () => {
    if (command === undefined) return;
    child.kill();
    await once(child, 'close');
  });

  const send = async (id: string, body: string, secret: string, at = new Date(), sent = body) => {
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    };
    return (await fetch(url, { method: 'POST', headers, body: sent })).status;
  };

  tests('takes what is signed with either secret, each once', async () => {
    const success = announcement('one', { instanceArn: 'arn:aws:sso:::instance/ssoins-1' });
    const failure = announcement('two', {
      failure: { type: 'X', message: 'x', whatHappened: 'x', remedy: 'Do it again – später.' },
    });
    expect(await send('one', success, FORMER)).toBe(204);
    expect(await send('one', success, PRESENT)).toBe(204);
    expect(await send('two', failure, PRESENT)).toBe(204);
    const lines = await until(
      () => said.trim().split('\n'),
      (all) => all.length === 2,
    );
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        type: 'run.succeeded',
        accountId: '111122223333',
        instanceArn: 'arn:aws:sso:::instance/ssoins-1',
        remedy: null,
      },
      {
        type: 'run.failed',
        accountId: '111122223333',
        instanceArn: null,
        remedy: 'Do it again – später.',
      },
    ]);
  });

  tests('refuses what is forged, changed, or old', async () => {
    const body = announcement('three', {});
    const before = said;
    expect(await send('three', body, secretOf(3))).toBe(401);
    expect(await send('three', body, PRESENT, new Date(), body.replace('1111', '9999'))).toBe(401);
    expect(await send('three', body, PRESENT, new Date(Date.now() - 600_000))).toBe(401);
    expect((await fetch(url, { method: 'POST', body })).status).toBe(401);
    expect(said).toBe(before);
  });
});
