import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { EXAMPLES } from '../example';

/** The text of an example, by its path in examples/. */
export function textOf(example: string): string {
  return readFileSync(path.join(EXAMPLES, example), 'utf8');
}

/** The examples whose names end so, by their paths in examples/. */
export function examplesEnding(ending: string): string[] {
  return readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort();
}

/** A template of CloudFormation, as far as these tests read it. */
export interface Template {
  Parameters: Record<string, { Default?: string }>;
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

/** Reads a template of CloudFormation; of a tag (`!Ref Queue`) it keeps what follows it. */
export function templateOf(example: string): Template {
  return parseDocument(textOf(example), { logLevel: 'error' }).toJS() as Template;
}

/** The templates of CloudFormation among the examples. */
export const TEMPLATES = examplesEnding('.yaml').filter((name) =>
  textOf(name).includes('AWSTemplateFormatVersion'),
);

/** Fills the names into a text, as `templatefile` of Terraform and `DefinitionSubstitutions` of CloudFormation do. */
export function fill(text: string, values: Record<string, string>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
