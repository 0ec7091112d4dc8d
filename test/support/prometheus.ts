import { existsSync } from 'node:fs';
import path from 'node:path';

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
