import type { Collected, Table } from './figures';
import { short } from './report';
import { ALL_CPU, partOf, RATE, WRITES } from './throughput';

const CORES = 12;
/** A cluster that is to answer in time is not run at its limit. */
const BUSY = 0.7;
const ACCOUNTS = 100_000;
/** ListInstances, CreateInstance, DescribeInstance. */
const CALLS = 3;

/**
 * What a cluster of twelve cores would come to, on paper: CPU an account is taken to stay what was measured, and the cores to
 * be shared as it was used. AWS is somewhere else.
 */
export function model(figures: Collected): Table {
  const ofOurs = (name: string) => figures.median(name, 'ours') ?? 0;
  const cpu = ofOurs(ALL_CPU) - ofOurs(partOf('emulator'));
  const [measured, large] = [ofOurs(RATE), (CORES * BUSY * 1_000) / cpu];
  const line = (name: string, unit: string, value: (rate: number) => number) => [
    name,
    `${short(value(measured))}${unit}`,
    `${short(value(large))}${unit}`,
  ];
  const parts = ['worker', 'client', 'frontend', 'history', 'matching', 'PostgreSQL'];
  return {
    columns: ['on paper', 'this machine, measured', `${CORES} cores, ${BUSY * 100} % busy`],
    lines: [
      line('accounts a second', '', (rate) => rate),
      line(`${ACCOUNTS.toLocaleString('en')} accounts`, ' min', (rate) => ACCOUNTS / rate / 60),
      ...parts.map((part) =>
        line(`cores that ${part} uses`, '', (rate) => (rate * ofOurs(partOf(part))) / 1_000),
      ),
      line('transactions that write, a second', '', (rate) => rate * ofOurs(WRITES)),
      line('state transitions a second', '', (rate) => rate * ofOurs('state transitions a run')),
      line('calls to Identity Center a second', '', (rate) => rate * CALLS),
    ],
  };
}
