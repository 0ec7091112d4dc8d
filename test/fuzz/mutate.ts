import fc from 'fast-check';

/** `depth` lists in each other, as JSON. */
export const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

/** Values that nobody means, and that programs stumble over. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[undefined, null, '', ' ', 0, -0, -1, NaN, Infinity, 1e308, 2 ** 53, 10n, true, Symbol('odd')],
    ...[[], {}, [[]], new Date(NaN), new Map([['a', 1]]), new Set([1]), /x/, () => 'f', new Error('e')],
    ...[
      '\0',
      '\u0000a',
      '\ud800',
      'a\ud83d',
      '\u202e',
      '\ufeff',
      'é'.repeat(300),
      'e\u0301',
      '😀',
      '\r\n',
      '\u2028',
    ],
    ...[
      '__proto__',
      'constructor',
      'toString',
      'undefined',
      'null',
      '[object Object]',
      '%s%n',
      '${x}',
      '../..',
    ],
    ...[
      'x'.repeat(255),
      'x'.repeat(256),
      '9'.repeat(400),
      '1e3',
      '0x10',
      '-1',
      '111122223333 ',
      '１１１１２２２２３３３３',
    ],
    Object.create(null),
    Object.create({ accountId: '111122223333', region: 'eu-west-1' }),
    Object.create({ constructor: null }),
    JSON.parse('{"__proto__":{"accountId":"111122223333"},"constructor":1,"":2}'),
    JSON.parse(nested(3000)),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double(),
  fc.anything({
    maxDepth: 2,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withNullPrototype: true,
  }),
);

/** Anything at all. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: oddValue },
  {
    weight: 3,
    arbitrary: fc.anything({
      maxDepth: 3,
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
      withTypedArray: true,
    }),
  },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }) },
);

const key = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '',
    ' ',
    'a.b',
    'tags',
    'Name',
    '\0',
    '\n',
    'k'.repeat(5000),
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

interface Change {
  what: 'drop' | 'rename' | 'retype' | 'duplicate' | 'add' | 'wrap' | 'proto';
  at: number;
  key: string;
  value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  what: fc.constantFrom<Change['what']>(
    'drop',
    'rename',
    'retype',
    'retype',
    'duplicate',
    'add',
    'wrap',
    'proto',
  ),
  at: fc.nat(60),
  key,
  value: oddValue,
});

/** Valid samples with one to three things about them changed. */
export function mutated(samples: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(samples, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([sample, changes]) => changes.reduce(apply, structuredClone(sample)));
}

type Holder = Record<string, unknown>;

function apply(root: unknown, { what, at, key: name, value }: Change): unknown {
  const places = placesIn(root);
  const place = places[at % (places.length + 1)];
  if (place === undefined) {
    // The whole, once in a while.
    if (what === 'retype') return value;
    if (what === 'wrap') return [root];
    if (isHolder(root)) define(root, name, value);
    return root;
  }
  const { holder, key: here } = place;
  const old = holder[here];
  if (what === 'drop' || what === 'rename') Reflect.deleteProperty(holder, here);
  if (what === 'rename' || what === 'duplicate') define(holder, name, old);
  if (what === 'retype') define(holder, here, value);
  if (what === 'add') define(isHolder(old) ? old : holder, name, value);
  if (what === 'wrap') define(holder, here, [old]);
  if (what === 'proto') define(isHolder(old) ? old : holder, '__proto__', value);
  return root;
}

/** As JSON.parse does: `__proto__` becomes a key of its own. */
function define(holder: Holder, name: string, value: unknown): void {
  if (!Object.isExtensible(holder)) return;
  Reflect.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null;
}

function placesIn(root: unknown, depth = 4): { holder: Holder; key: string }[] {
  if (!isHolder(root) || depth === 0) return [];
  return Object.keys(root)
    .slice(0, 30)
    .flatMap((name) => [{ holder: root, key: name }, ...placesIn(root[name], depth - 1)]);
}

/** Real texts that were cut, doubled, stained or put into another encoding. */
export function mutatedText(samples: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const stain = fc.oneof(
    fc.constantFrom(
      '\0',
      '\ufeff',
      '\ud800',
      '"',
      '{',
      '}',
      '[',
      ',',
      ':',
      '\\',
      '\\u',
      '1e999',
      '-',
      '&',
      '=',
      '%',
      '%zz',
      '\r\n',
    ),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  return fc
    .tuple(samples, fc.constantFrom('cut', 'stain', 'replace', 'double', 'front', 'swap'), fc.nat(), stain)
    .map(([text, what, position, mark]) => {
      const at = text.length === 0 ? 0 : position % text.length;
      const [head, tail] = [text.slice(0, at), text.slice(at)];
      switch (what) {
        case 'cut':
          return head;
        case 'double':
          return text + tail;
        case 'front':
          return mark + text;
        case 'swap':
          return tail + head;
        default:
          return head + mark + tail.slice(what === 'replace' ? mark.length : 0);
      }
    });
}
