import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { summarize, type Measured, type Scale } from './figures';
import { startScript } from './processes';
import { spread } from './report';
import type { Testbed } from './testbed';
import { inParallel } from './work';

const SECONDS = 1.5;
const LANES = 32;

/** Measures the requests a second that the emulator answers, against a Node.js server that answers nothing. */
export async function emulatorLoad({ emulator }: Testbed, scale: Scale): Promise<Measured> {
  await emulator.reset({});
  const server = await startScript('bench/bare/http.js', []);
  await measureRate(emulator.url);
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < scale.rounds; round += 1) {
    ours.push(await measureRate(emulator.url));
    bare.push(await measureRate(server.line.trim()));
  }
  await server.process.stop();
  const [emulated, empty] = [summarize(ours), summarize(bare)];
  return {
    rows: [],
    remarks: [
      `The emulator answers ${spread(emulated, 'requests a second')}, an empty HTTP server of Node.js ${spread(empty, '')}: ListInstances, ${LANES} connections; the client takes a core of its own.`,
    ],
  };
}

async function measureRate(url: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  const end = performance.now() + SECONDS * 1000;
  let answered = 0;
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  await inParallel(lanes, LANES, async () => {
    while (performance.now() < end) {
      await call(url, agent);
      answered += 1;
    }
  });
  agent.destroy();
  return answered / SECONDS;
}

function call(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'SWBExternalService.ListInstances',
          authorization: 'AWS4-HMAC-SHA256 Credential=emulator/20260101/eu-west-1/sso/aws4_request',
        },
      },
      (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`${url} answered ${answer.statusCode}`));
        answer.resume().once('end', resolve);
      },
    );
    sent.once('error', reject);
    sent.end('{}');
  });
}
