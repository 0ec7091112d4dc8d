import { readFileSync } from 'node:fs';
import path from 'node:path';
import { IdentityCenterClient } from '../../client';
import { describeManifestProblems } from '../../client/manifest';
import { readEnvironment } from '../../contract';
import { lookUpInOrganizations } from '../organizations';
import { readRules, type EventRules } from '../rules';
import type { LogEntry } from '../serving';
import { createHandler } from './handler';

/** Names the file of the rules. */
const RULES_FILE = 'IDENTITY_CENTER_EVENT_RULES_FILE';

/** Where the function finds its rules, unless the environment says otherwise: beside this file. */
const USUAL_FILE = 'rules.yaml';

function rulesOfFunction(): EventRules {
  const file = readEnvironment(process.env)[RULES_FILE] ?? path.join(__dirname, USUAL_FILE);
  const read = readRules(readBytes(file));
  if ('rules' in read) return read.rules;
  throw new Error(`The rules are not valid. ${describeManifestProblems(file, read.problems)}`);
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(
      `The rules cannot be read: ${(error as Error).message}. Put them beside the function as ${USUAL_FILE}, or name their file in ${RULES_FILE}.`,
      { cause: error },
    );
  }
}

/** A line of JSON, as CloudWatch Logs reads it. */
function log(entry: LogEntry): void {
  process.stdout.write(`${JSON.stringify({ timestamp: new Date().toISOString(), ...entry })}\n`);
}

/**
 * The handler of the Lambda function: settings from IDENTITY_CENTER_… and TEMPORAL_…, as those of a client, and
 * AWS_… where the rules ask what Organizations alone knows. What it has connected it keeps for the next invocation.
 */
export const handler = createHandler({
  connect: () => IdentityCenterClient.connect(),
  readRules: rulesOfFunction,
  lookUp: lookUpInOrganizations(),
  log,
});
