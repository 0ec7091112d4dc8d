import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findTemporalBinary } from '../../sandbox/temporal-server';
import { EXAMPLES } from './example';
import { testPipeline } from './pipeline';

const hasTools = spawnSync('jq', ['--version']).status === 0;
const folder = mkdtempSync(path.join(tmpdir(), 'shell-example-'));
beforeAll(async () => {
  symlinkSync(await findTemporalBinary(), path.join(folder, 'temporal'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

testPipeline(hasTools ? [path.join(EXAMPLES, 'shell/provision.sh')] : undefined, {
  PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}`,
});
