import { partition } from '@aws-sdk/core/client';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import {
  describeUnknownRegion,
  isKnownRegion,
  nearestRegions,
  readRequest,
  regionProblem,
  REGIONS,
} from '../../../contract';

test('the list of Regions is that of the AWS SDK', () => {
  const data = readFileSync(require.resolve('@aws-sdk/core/client'), 'utf8');
  const codes = [...data.matchAll(/"([a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2})"/g)].map(([, code = '']) => code);
  expect([...REGIONS]).toEqual([...new Set(codes)].sort());
  // Of what the SDK guesses from the code alone it has no description.
  for (const region of REGIONS) expect(partition(region)).toHaveProperty('description');
});

test.each([
  ['eu-west-9', ['eu-west-1', 'eu-west-2', 'eu-west-3']],
  ['eu-wst-1', ['eu-west-1']],
  ['us-est-1', ['us-east-1', 'us-west-1']],
  ['us-gov-west-2', ['us-gov-west-1']],
  ['eusc-de-east-2', ['eusc-de-east-1']],
  ['cn-norht-1', ['cn-north-1']],
  ['ap-southest-1', ['ap-southeast-1']],
])('%s: the nearest are %j', (asked, nearest) => {
  expect(isKnownRegion(asked)).toBe(false);
  expect(nearestRegions(asked)).toEqual(nearest);
  expect(describeUnknownRegion(asked)).toBe(
    `this release knows no Region "${asked}" (did you mean ${nearest.join(' or ')}?)`,
  );
});

test.each([
  ['eu-wst-1', 'eu-west-1'],
  ['eu-wets-1', 'eu-west-1'],
  ['eu-west1', 'eu-west-1'],
  ['EU-West-1', 'eu-west-1'],
  [' eu-west-1', 'eu-west-1'],
  ['eu-west-1a', 'eu-west-1'],
  ['eu_west_1', 'eu-west-1'],
  ['us-est-1', 'us-east-1'],
  ['ap-souteast-2', 'ap-southeast-2'],
  ['us-gov-wes-1', 'us-gov-west-1'],
])('a request for "%s" is asked whether %s was meant', (region, meant) => {
  const read = readRequest({ accountId: '111122223333', region });
  expect(read).toEqual({
    problems: [
      {
        field: 'region',
        message: expect.stringMatching(new RegExp(`did you mean (.* or )?${meant}\\b`)) as string,
      },
    ],
  });
});

test.each(['nowhere', '', 'Mars', 'x'.repeat(100_000), 'eu-west-1; rm -rf /tmp/everything'])(
  '"%.20s" is no slip of the finger',
  (region) => {
    expect(regionProblem(region)).toBe('must be an AWS Region code, such as "eu-west-1"');
  },
);

test('a code that AWS could give to a new Region is let pass, as workflows do: it may be newer than the release', () => {
  const place = fc.oneof(fc.stringMatching(/^[a-z]{2}$/), fc.constantFrom('us-gov', 'eusc-fr', 'eu-isoe'));
  const directions = [
    'central',
    'east',
    'north',
    'northeast',
    'northwest',
    'south',
    'southeast',
    'southwest',
  ];
  fc.assert(
    fc.property(
      place,
      fc.constantFrom(...directions, 'west'),
      fc.integer({ min: 1, max: 12 }),
      (...parts) => {
        expect(regionProblem(parts.join('-'))).toBeUndefined();
      },
    ),
  );
});

test('a letter too many, too few or wrong in the word for the direction is asked about, with the Region', () => {
  const region = fc.constantFrom(...REGIONS);
  const slip = fc.record({ region, at: fc.nat(), letter: fc.constantFrom('', 'q', 'zz'), taken: fc.nat(1) });
  fc.assert(
    fc.property(slip, ({ region, at, letter, taken }) => {
      const [, before = '', word = '', after = ''] = /^(.*-)([a-z]+)(-\d+)$/.exec(region) ?? [];
      const index = at % word.length;
      const mistyped = `${before}${word.slice(0, index)}${letter}${word.slice(index + taken)}${after}`;
      fc.pre(mistyped !== region);
      const problem = regionProblem(mistyped);
      // What is left may be another word, as "northeast" without its end is, and then it is let pass.
      if (problem !== undefined) expect(problem).toContain('did you mean ');
      else expect(letter).toBe('');
    }),
  );
});
