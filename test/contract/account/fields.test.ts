import { readRequest, requestFields, type ProvisionRequest } from '../../../contract';

/** Every path of a request with all its fields in it; a tag's own key is none. */
function pathsIn(value: object, outer = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null && key !== 'tags'
      ? pathsIn(inner, `${outer}${key}.`)
      : [`${outer}${key}`],
  );
}

function wholeRequest(): ProvisionRequest {
  const read = readRequest({
    accountId: '111122223333',
    region: 'eu-west-1',
    name: 'workforce',
    tags: { team: 'identity' },
  });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.request;
}

test('every field of the request is described', () => {
  const fields = requestFields();
  expect(fields.map(({ path }) => path).sort()).toEqual(pathsIn(wholeRequest()).sort());
  for (const { description } of fields) expect(description).not.toBe('');
});

test('a default is the one that a request without the field gets', () => {
  const request = wholeRequest();
  for (const { path, default: fallback } of requestFields()) {
    if (fallback === undefined) continue;
    const value = path
      .split('.')
      .reduce<unknown>((holder, key) => (holder as Record<string, unknown>)[key], request);
    expect([path, fallback]).toEqual([path, value]);
  }
});

test('required, and each with its option', () => {
  const fields = requestFields();
  expect(fields.filter(({ required }) => required).map(({ path }) => path)).toEqual(['accountId', 'region']);
  expect(fields.flatMap(({ option }) => option ?? [])).toEqual([
    '--region <region>',
    '--name <name>',
    '--tag <key=value>',
    '--existing <fail|adopt|adoptAnywhere>',
    '--on-cancel <delete|keep>',
    '--on-failure <fail|hold>',
    '--on-create-failed <fail|recreate>',
  ]);
});
