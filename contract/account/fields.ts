import { z } from 'zod';
import { defined } from '../defined';
import { provisionRequestSchema } from './request';

/**
 * A field of the request to provision, as its schema describes it. The columns of a CSV manifest, the options of the
 * command and the table of the documentation are made from these.
 */
export interface RequestField {
  /** Dotted path in the request, and the name of the CSV column: `timing.retry.initialInterval`. */
  path: string;
  /** `tags` is an object of keys and values: a CSV column is one of its keys, an option gives one pair. */
  kind: 'text' | 'number' | 'choice' | 'tags';
  /** Says what the field is for; its choices and its default are not in it. */
  description: string;
  required: boolean;
  /** What a field of kind `choice` may be. */
  choices?: readonly string[];
  /** What holds where the field is not given. */
  default?: string | number;
  /** The command's option, with its placeholder: `--on-cancel <delete|keep>`; absent where there is none. */
  option?: string;
}

/** Lists the fields of the request to provision, in the order of its schema. */
export function requestFields(): RequestField[] {
  return fieldsIn(z.toJSONSchema(provisionRequestSchema(), { io: 'input' }) as FieldSchema);
}

/** The parts of a JSON Schema that are read here. */
interface FieldSchema {
  type: string;
  description?: string;
  enum?: string[];
  default?: string | number;
  properties?: Record<string, FieldSchema>;
  required?: string[];
}

function fieldsIn({ properties = {}, required = [] }: FieldSchema, outer = ''): RequestField[] {
  return Object.entries(properties).flatMap(([key, field]) => {
    const path = `${outer}${key}`;
    if (field.properties !== undefined) return fieldsIn(field, `${path}.`);
    const { description = '', enum: choices, default: fallback } = field;
    return defined({
      path,
      kind: kindOf(field),
      description,
      required: required.includes(key),
      choices,
      default: fallback,
      option: optionFor(path, field),
    });
  });
}

function kindOf({ type, enum: choices }: FieldSchema): RequestField['kind'] {
  if (type === 'object') return 'tags';
  if (type === 'number') return 'number';
  return choices === undefined ? 'text' : 'choice';
}

/** The account is the command's argument, and times are given in a file (`--request`): neither has an option. */
function optionFor(path: string, { type, enum: choices }: FieldSchema): string | undefined {
  if (path === 'accountId' || path.includes('.')) return undefined;
  if (type === 'object') return `--${path.replace(/s$/, '')} <key=value>`;
  const name = path.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${name} <${choices?.join('|') ?? name}>`;
}
