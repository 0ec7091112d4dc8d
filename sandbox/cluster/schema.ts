import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runProgram } from '../temporal-server';
import { DATABASES, type DatabaseAccess } from './configuration';

/** By database, the directory of the tool's that has its tables. */
const SCHEMAS = {
  state: 'postgresql/v12/temporal',
  visibility: 'postgresql/v12/visibility',
} as const satisfies Record<keyof typeof DATABASES, string>;

/**
 * Makes Temporal's tables, or brings them to what a version of the server needs, which earlier servers can do with as well.
 *
 * @param folder of the cluster; it remembers there what has been done
 */
export async function makeSchema(
  sqlTool: string,
  version: string,
  folder: string,
  { host, port, user, password }: DatabaseAccess,
): Promise<void> {
  const env = {
    SQL_PLUGIN: 'postgres12',
    SQL_HOST: host,
    SQL_PORT: String(port),
    SQL_USER: user,
    SQL_PASSWORD: password,
  };
  const mark = path.join(folder, 'schema-version');
  const made = existsSync(mark) ? readFileSync(mark, 'utf8') : undefined;
  if (made === version) return;
  const tool = async (database: string, ...args: string[]) => {
    const { problem, lines } = await runProgram(sqlTool, ['--db', database, ...args], { env });
    if (problem !== undefined) throw new Error([`${sqlTool} ${args.join(' ')}:`, ...lines].join('\n'));
  };
  await Promise.all(
    (Object.keys(DATABASES) as (keyof typeof DATABASES)[]).map(async (key) => {
      const database = DATABASES[key];
      if (made === undefined) {
        await tool(database, 'create');
        await tool(database, 'setup-schema', '-v', '0.0');
      }
      await tool(database, 'update-schema', '--schema-name', SCHEMAS[key]);
    }),
  );
  writeFileSync(mark, version);
}
