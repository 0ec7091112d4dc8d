import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as sendTo, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { MANAGEMENT_ACCOUNT } from '../../support/events';
import { until } from '../../support/harness';
import { quietPort } from '../../support/ports';
import { EXAMPLES } from '../example';
import { programOf } from './tools';

/** AWS as moto stands in for it: CloudFormation, EventBridge, SQS, SNS and Step Functions, which runs state machines. */
export interface Moto {
  /** Where workers and programs call it; calls that go there are counted. */
  readonly url: string;
  /** The environment of a program that calls it. */
  readonly env: NodeJS.ProcessEnv;
  /** Calls it by the AWS CLI; what it answers, as JSON. */
  aws(args: string[], region?: string): Promise<unknown>;
  /** Deploys a template of the examples, as `aws cloudformation` does. */
  deploy(template: string, parameters: Record<string, string>, region?: string): Promise<void>;
  /** Sends an event to the default bus, as AWS's services do. */
  putEvent(event: Record<string, unknown>, region?: string): Promise<void>;
  /** Its Step Functions. */
  readonly stateMachines: SFNClient;
  queueUrl(name: string): string;
  /** How often each operation was called, the AWS CLI's calls left out. */
  calls(): Record<string, number>;
  /** The causes of the tasks that have failed: moto forgets them. */
  causes(): string[];
  stop(): Promise<void>;
}

export const REGION = 'eu-west-1';

export async function startMoto(): Promise<Moto> {
  const port = await quietPort();
  const server = spawn(programOf('moto_server') ?? '', ['-H', '127.0.0.1', '-p', String(port)], {
    // It calls itself by this port, and has one account.
    env: { PATH: process.env['PATH'], MOTO_PORT: String(port), MOTO_ACCOUNT_ID: MANAGEMENT_ACCOUNT },
    stdio: 'ignore',
  });
  const direct = `http://127.0.0.1:${port}`;
  await until(
    () =>
      fetch(`${direct}/moto-api/config`, {
        method: 'POST',
        body: JSON.stringify({ stepfunctions: { execute_state_machine: true } }),
      }).then(
        ({ ok }) => ok,
        () => false,
      ),
    (isUp) => isUp,
  );
  const counts: Record<string, number> = {};
  const causes: string[] = [];
  const counting = await startCounting(port, counts, causes);
  const url = `http://127.0.0.1:${counting.port}`;
  const reach = { endpoint: direct, credentials: { accessKeyId: 'moto', secretAccessKey: 'moto' } };
  const env = (region = REGION): NodeJS.ProcessEnv => ({
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'moto',
    AWS_SECRET_ACCESS_KEY: 'moto',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  const aws: Moto['aws'] = async (args, region) => {
    const all = ['--endpoint-url', direct, '--output', 'json', ...args];
    const child = spawn(programOf('aws') ?? '', all, { env: env(region) });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await once(child, 'close');
    if (child.exitCode !== 0) throw new Error(`aws ${args.slice(0, 2).join(' ')}: ${stderr}`);
    return stdout.trim() === '' ? {} : (JSON.parse(stdout) as unknown);
  };
  return {
    url,
    env: env(),
    aws,
    async deploy(template, parameters, region) {
      const given = Object.entries(parameters).map(
        ([name, value]) => `ParameterKey=${name},ParameterValue=${value}`,
      );
      await aws(
        [
          ...['cloudformation', 'create-stack', '--stack-name', path.basename(template, '.yaml')],
          ...['--template-body', `file://${path.join(EXAMPLES, template)}`],
          ...['--capabilities', 'CAPABILITY_NAMED_IAM', '--parameters', ...given],
        ],
        region,
      );
    },
    async putEvent({ source, 'detail-type': type, detail }, region = REGION) {
      const entry = { Source: String(source), DetailType: String(type), Detail: JSON.stringify(detail) };
      await new EventBridgeClient({ ...reach, region }).send(new PutEventsCommand({ Entries: [entry] }));
    },
    stateMachines: new SFNClient({ ...reach, region: REGION }),
    queueUrl: (name) => `${url}/${MANAGEMENT_ACCOUNT}/${name}`,
    calls: () => ({ ...counts }),
    causes: () => causes,
    async stop() {
      counting.close();
      server.kill();
      await once(server, 'exit');
    },
  };
}

/** Passes requests on, and counts the operations that they name. */
async function startCounting(port: number, counts: Record<string, number>, causes: string[]) {
  const passOn = (request: IncomingMessage, response: ServerResponse) => {
    const [, operation] = /\.(\w+)$/.exec(String(request.headers['x-amz-target'])) ?? [];
    if (operation !== undefined) counts[operation] = (counts[operation] ?? 0) + 1;
    const { method, url: target, headers } = request;
    const sent = sendTo({ host: '127.0.0.1', port, method, path: target, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    request.pipe(sent);
    if (operation === 'SendTaskFailure')
      void json(request).then((body) => causes.push((body as { cause: string }).cause));
  };
  const server = createServer(passOn);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
