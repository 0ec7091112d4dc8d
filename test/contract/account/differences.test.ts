import fc from 'fast-check';
import { describeDifferences, differencesOf, isOfTags } from '../../../contract';

const text = fc.stringMatching(/^[a-z.]{1,8}$/);
const tags = fc.dictionary(text, text, { maxKeys: 5, noNullPrototype: true });
const asked = fc.record({ region: text, name: text, tags }, { requiredKeys: ['region'] });

const mapOf = (tags: Record<string, string> = {}) => new Map(Object.entries(tags));

test('an instance that is all that was asked for does not differ, whatever else it has', () => {
  fc.assert(
    fc.property(asked, tags, text, ({ region, name, tags = {} }, more, otherName) => {
      const actual = { region, name: name ?? otherName, tags: mapOf({ ...more, ...tags }) };
      expect(differencesOf({ region, name, tags }, actual)).toEqual([]);
    }),
  );
});

test('it differs in each field that was asked for and is not so, and in no other', () => {
  fc.assert(
    fc.property(asked, asked, (it, other) => {
      const fields = differencesOf(it, { ...other, tags: mapOf(other.tags) }).map(({ field }) => field);
      const expected = [
        ...(it.region === other.region ? [] : ['region']),
        ...(it.name === undefined || it.name === other.name ? [] : ['name']),
        ...Object.entries(it.tags ?? {}).flatMap(([key, value]) =>
          other.tags !== undefined && Object.hasOwn(other.tags, key) && other.tags[key] === value
            ? []
            : [`tags.${key}`],
        ),
      ];
      expect(fields).toEqual(expected);
    }),
  );
});

test('tags that nobody has looked at are not compared; people read what is and what was asked for', () => {
  const request = { region: 'eu-west-1', name: 'team-b', tags: { team: 'b', cost: '1' } };
  const actual = { region: 'us-east-1', name: 'team-a' };
  const unseen = differencesOf(request, actual);
  expect(unseen.map(({ field }) => field)).toEqual(['region', 'name']);
  expect(unseen.some(isOfTags)).toBe(false);
  expect(describeDifferences(differencesOf(request, { ...actual, tags: mapOf({ team: 'a' }) }))).toBe(
    'region is "us-east-1", asked for "eu-west-1"; name is "team-a", asked for "team-b"; tags.team is "a", asked for "b"; tags.cost is not set, asked for "1"',
  );
});
