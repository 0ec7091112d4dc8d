import { isTooOld } from '../../../client/checks/check-server';
import { checkCodec, unreadable } from '../../../client/checks/codec';
import { lifetimeOfToken, tellLifetime } from '../../../client/checks/lifetime';
import { tellRetention } from '../../../client/checks/namespace';
import { describePollers } from '../../../client/checks/workers';
import { makeKeyIssuer } from '../../support/api-keys';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 10, 26, 12);

test.each([
  ['1.28.9', true],
  ['1.29.0', false],
  ['1.32.1', false],
  ['2.0.0-rc.1', false],
  ['0.30.0', true],
  ['', false],
])('a server of version %j is too old: %s', (version, expected) => {
  expect(isTooOld(version)).toBe(expected);
});

test.each<[string, { from?: number; until: number }, boolean, string]>([
  ['half of its time left', { from: NOW - DAY_MS, until: NOW + DAY_MS }, true, 'for 1 day more'],
  ['less than a tenth left', { from: NOW - 30 * DAY_MS, until: NOW + 2 * DAY_MS }, false, 'for 2 days more'],
  ['no beginning known', { until: NOW + HOUR_MS }, true, '2026-11-26 13:00 UTC'],
  ['over', { from: NOW - DAY_MS, until: NOW - HOUR_MS }, false, 'expired 1 hour ago'],
  ['not begun', { from: NOW + HOUR_MS, until: NOW + DAY_MS }, false, 'not valid yet'],
])('%s', (_name, lifetime, ok, words) => {
  const told = tellLifetime(lifetime, NOW);
  expect(told.ok).toBe(ok);
  expect(told.found).toContain(words);
});

test('a key says until when it holds, where it is a token with an end', () => {
  const { from, until = 0 } = lifetimeOfToken(makeKeyIssuer('k').issue([], 60)) ?? {};
  expect(until - (from ?? 0)).toBe(HOUR_MS);
  for (const other of ['tmprl_opaque', 'a.b.c', 'e30.bnVsbA.x', ''])
    expect(lifetimeOfToken(other)).toBeUndefined();
  // No Date can say these, and doctor would end with them.
  for (const exp of [1e13, -1e13, 1e300])
    expect(
      lifetimeOfToken(`a.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.c`),
    ).toBeUndefined();
});

test('a retention below the wait of a hold is said, with the remedy; it stops nothing', () => {
  expect(tellRetention('vending', 3 * DAY_MS)).toMatchObject({
    ok: true,
    found: expect.stringContaining('3 days') as string,
    remedy: expect.stringContaining('--namespace vending --retention 8d') as string,
  });
  expect(tellRetention('vending', 7 * DAY_MS)).not.toHaveProperty('remedy');
});

test('workers are named with when they were seen, and their versions where they have any', () => {
  const poller = (identity: string, version?: string) => ({
    identity,
    lastPolledAt: NOW - 2_000,
    isAlive: true,
    ...(version !== undefined && { version }),
  });
  expect(describePollers([poller('1@a'), poller('2@b')], NOW)).toBe(
    '1@a last seen 2 s ago, 2@b last seen 2 s ago',
  );
  const mixed = [poller('1@a', 'ic.7'), poller('2@b', 'ic.8'), poller('3@c', 'ic.8'), poller('4@d')];
  expect(describePollers(mixed, NOW)).toMatch(/, and 1 more; of ic\.7: 1, ic\.8: 2, no version: 1$/);
});

test.each([
  [{ sent: 'json/plain', answered: 'json/plain' }, true, /^none/],
  [{ sent: 'binary/encrypted', answered: 'binary/encrypted' }, true, /on both sides/],
  [{ sent: 'binary/encrypted', answered: 'json/plain' }, false, /this side sends binary.*worker json/],
])('payload codec: %j', (encodings, ok, words) => {
  const check = checkCodec({ events: 11, ...encodings });
  expect(check.ok).toBe(ok);
  expect(check.found).toMatch(words);
});

test('an answer that cannot be read is told with its encoding', () => {
  const check = unreadable({ events: 11, answered: 'binary/encrypted' }, 'no key k1');
  expect(check).toMatchObject({
    ok: false,
    found: expect.stringMatching(/binary\/encrypted.*no key k1/) as string,
  });
});
