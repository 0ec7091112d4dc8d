import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DEFECTS } from '../../chaos/defects';

const ROOT = path.join(__dirname, '..', '..');

test.each(DEFECTS.flatMap(({ name, file, replace }) => replace.map(([from]) => ({ name, file, from }))))(
  '"$name" can be built into $file: what it replaces stands there once',
  ({ file, from }) => {
    expect(readFileSync(path.join(ROOT, file), 'utf8').split(from)).toHaveLength(2);
  },
);
