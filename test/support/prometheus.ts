import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../sandbox/temporal-server';

/** The path of a program of Prometheus, if this machine has it: `promtool`, or `prometheus` itself. */
export function findProgram(name: 'promtool' | 'prometheus'): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file));
}

const withPromtool = findProgram('promtool') === undefined ? test.skip : test;
const withPrometheus = findProgram('prometheus') === undefined ? test.skip : test;

/** Tests that are skipped where the program is missing; CI brings it. */
export { withPromtool, withPrometheus };

/** A line of what Prometheus answers. */
export interface Series {
  metric: Record<string, string>;
  /** Of a query over a time: seconds since the epoch, and the value as a text. */
  values?: [number, string][];
}

/** A Prometheus that looks at one worker each second. */
export interface Prometheus {
  /** Asks for now; a text where it cannot be asked, or says what is wrong with the query. */
  query(expr: string): Promise<Series[] | string>;
  /** Asks for a time, in seconds since the epoch, each second of it. */
  queryRange(expr: string, from: number, to: number): Promise<Series[] | string>;
  stop(): Promise<void>;
}

/** Starts Prometheus on a free port, with its data in a folder of its own. @param metricsPort of the worker */
export async function startPrometheus(metricsPort: number): Promise<Prometheus> {
  const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-prometheus-'));
  const web = await freePort(0);
  const config = path.join(folder, 'prometheus.yml');
  const targets = [`127.0.0.1:${metricsPort}`];
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'identity-center', static_configs: [{ targets }] }],
    }),
  );
  const server = spawn(
    findProgram('prometheus')!,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${path.join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${web}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(server, 'exit');
  const ask = async (question: string, parameters: Record<string, string>) => {
    const url = `http://127.0.0.1:${web}/api/v1/${question}?${new URLSearchParams(parameters).toString()}`;
    const answer = await fetch(url).then(
      async (response) => (await response.json()) as { error?: string; data?: { result: Series[] } },
      () => ({ error: 'not there yet', data: undefined }),
    );
    return answer.error ?? answer.data?.result ?? [];
  };
  return {
    query: (query) => ask('query', { query }),
    queryRange: (query, from, to) =>
      ask('query_range', { query, start: String(from), end: String(to), step: '1' }),
    async stop() {
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
