/** A field in which two requests differ; `undefined` where one of them lacks it. */
export interface FieldDifference {
  field: string;
  running: unknown;
  asked: unknown;
}

/** The fields in which a running request and a new one differ, in alphabetical order; none: they ask for the same. */
export function diffRequests(running: object, asked: object): FieldDifference[] {
  const [left, right] = [leaves(running), leaves(asked)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((field) => left.get(field) !== right.get(field))
    .sort()
    .map((field) => ({ field, running: left.get(field), asked: right.get(field) }));
}

function leaves(value: object, prefix = ''): Map<string, unknown> {
  const entries = Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, unknown][] =>
    typeof inner === 'object' && inner !== null
      ? [...leaves(inner, `${prefix}${key}.`)]
      : inner === undefined
        ? []
        : [[`${prefix}${key}`, inner]],
  );
  return new Map(entries);
}
