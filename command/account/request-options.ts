import { Option } from 'commander';
import { requestFields } from '../../contract';

/** A field of a request that has an option. */
export interface FieldOption {
  /** Name of the field. */
  path: string;
  /** Its value is read by the request's schema, not by commander. */
  option: Option;
  isTags: boolean;
}

/** The fields of a request that have an option. */
export const FIELD_OPTIONS: readonly FieldOption[] = requestFields().flatMap(
  ({ option: flags, kind, description, required, default: fallback, path }) => {
    if (flags === undefined) return [];
    const isTags = kind === 'tags';
    const more = [
      isTags ? '; may be given again' : '',
      required ? ' (required, here or in the file)' : '',
      fallback === undefined ? '' : ` (default: ${fallback})`,
    ];
    const option = new Option(flags, `${description}${more.join('')}`);
    return [{ path, option: isTags ? option.argParser(eachTag) : option, isTags }];
  },
);

/** Gathers the values of an option that may be given again. */
export function eachTag(pair: string, pairs: string[] | undefined): string[] {
  return [...(pairs ?? []), pair];
}
