import fc from 'fast-check';
import { clientToken, MAX_GENERATIONS, workflowIdOf } from '../../../contract';

const anyWorkflowId = fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' });
const anyGeneration = fc.integer({ min: 1, max: 1_000_000 });

test.each([
  [1, '483d49ae-918c-5960-bb4b-13d19ca327a4'],
  [2, '41ec7d5c-7f93-5ff7-8a72-85837f490619'],
])('generation %i of identity-center/111122223333 is what other languages compute', (generation, token) => {
  expect(clientToken('identity-center/111122223333', generation)).toBe(token);
});

test('the first generation is the default, and a run goes through three', () => {
  expect(clientToken('identity-center/111122223333')).toBe(clientToken('identity-center/111122223333', 1));
  expect(MAX_GENERATIONS).toBe(3);
});

test('every token is a UUID version 5, and one that AWS takes', () => {
  fc.assert(
    fc.property(anyWorkflowId, anyGeneration, (workflowId, generation) => {
      const token = clientToken(workflowId, generation);
      expect(token).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(token).toMatch(/^[!-~]{1,64}$/);
      expect(clientToken(workflowId, generation)).toBe(token);
    }),
  );
});

test('accounts and generations never share a token', () => {
  const anyAccount = fc.stringMatching(/^\d{12}$/);
  fc.assert(
    fc.property(anyAccount, anyAccount, anyGeneration, anyGeneration, (a, b, m, n) => {
      fc.pre(a !== b || m !== n);
      expect(clientToken(workflowIdOf(a), m)).not.toBe(clientToken(workflowIdOf(b), n));
    }),
  );
});

test.each([0, -1, 1.5, NaN, Infinity])('generation %p is refused', (generation) => {
  expect(() => clientToken('identity-center/111122223333', generation)).toThrow(RangeError);
});
