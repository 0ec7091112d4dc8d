import { findField, problem, type ManifestProblem } from './problems';
import { readText } from './text';
import { readYamlValue } from './yaml';

/** What a file holds, and in which line, from 1, a dotted field of it is. */
export interface ReadYaml {
  value: unknown;
  /** The line of the field, or of what it is missing in. */
  lineOf: (field: string) => number;
}

/** Reads a file in YAML, or in JSON, which is YAML as well. Problems are told by line. Never throws. */
export function readYaml(bytes: Uint8Array): ReadYaml | { problems: ManifestProblem[] } {
  try {
    const text = readText(bytes);
    if (typeof text !== 'string') return { problems: [text] };
    const read = readYamlValue(text);
    if ('refused' in read) return { problems: read.refused };
    if (read.problems.length > 0) return { problems: read.problems };
    const { value, place } = read;
    const lineOf = (field: string): number => {
      const outer = field.slice(0, Math.max(0, field.lastIndexOf('.')));
      return findField(place, field)?.line ?? (outer === '' ? place.line : lineOf(outer));
    };
    return { value, lineOf };
  } catch {
    // The parser calls itself for what is inside.
    return { problems: [problem(0, undefined, 'cannot be read: it is nested too deeply, or too long')] };
  }
}
