import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { AccountOutcome } from '../../../../client';
import { toCsv } from '../../../../command/fleet/report/write-report';
import { toHtml } from '../../../../command/fleet/report/html';
import { defined } from '../../../../contract';
import { accountAt, after, failed, reportOn, skipped, succeeded } from '../../../support/fleet-report';

const DENIED = { type: 'AccessDeniedException', whatHappened: 'no', remedy: 'Allow it.' };
const rowsOf = (csv: string) =>
  parse<Record<string, string>>(csv, { columns: true, record_delimiter: '\r\n' });

test('causes are told apart by type and remedy, the most frequent first, ten accounts named', () => {
  const other = { ...DENIED, remedy: 'Ask for it.' };
  const denied = Array.from({ length: 12 }, (_, index) => failed(index + 1, 0, 1, DENIED));
  const { causes } = reportOn([failed(0, 0, 1, other), ...denied]);
  expect(causes).toEqual([
    {
      type: DENIED.type,
      count: 12,
      example: 'no',
      remedy: 'Allow it.',
      accounts: denied.slice(0, 10).map((it) => it.accountId),
    },
    { type: DENIED.type, count: 1, example: 'no', remedy: 'Ask for it.', accounts: [accountAt(0)] },
  ]);
});

describe('the CSV', () => {
  test('quotes as RFC 4180 has it', () => {
    const message = 'said "no", twice\nand left';
    const csv = toCsv(reportOn([failed(1, 0, 1, { type: 'X', whatHappened: message })]));
    expect(csv).toBe(
      'accountId,region,name,end,outcome,instanceArn,replaced,differences,startedAt,endedAt,failureType,message,remedy,heldUntil\r\n' +
        `${accountAt(1)},,,failed,,,,,${after(0)},${after(1)},X,"said ""no"", twice\nand left",,\r\n`,
    );
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("http://x","y")'])(
    'a cell that a spreadsheet would run is text: %j',
    (message) => {
      const [row] = rowsOf(toCsv(reportOn([failed(1, 0, 1, { type: 'X', whatHappened: message })])));
      expect(row?.['message']).toBe(`'${message}`);
    },
  );
});

describe('the page', () => {
  const HOSTILE = `</td></style><script>alert(1)</script><img src=x onerror="alert('1')">&lt;`;

  test('holds what came from outside as text', () => {
    const html = toHtml(
      reportOn(
        [
          { ...succeeded(1, 0, 1), accountId: HOSTILE, outcome: HOSTILE, instanceArn: HOSTILE },
          {
            ...failed(2, 0, 1, { type: HOSTILE, whatHappened: HOSTILE, remedy: HOSTILE }),
            accountId: HOSTILE,
          },
        ],
        { name: HOSTILE },
      ),
    );
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<img');
    expect(html).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    expect(html).toContain('&#38;lt;');
  });

  test('shows no character that would hide or turn around what follows', () => {
    const html = toHtml(reportOn([failed(1, 0, 1, { type: 'X', whatHappened: 'a\u202eb\u0000c' })]));
    expect(html).toContain('a\ufffdb\ufffdc');
  });

  test('says the outcome in its heading', () => {
    const headingOf = (...args: Parameters<typeof reportOn>) =>
      /<h1>(.*)<\/h1>/.exec(toHtml(reportOn(...args)))?.[1];
    const one = succeeded(1, 0, 1);
    expect(headingOf([one])).toBe('Fleet spring: all 1 account succeeded');
    expect(headingOf([one, failed(2, 0, 1, DENIED), skipped(3, 1)])).toBe(
      'Fleet spring: 1 of 3 accounts succeeded, 1 failed, 1 skipped',
    );
    expect(headingOf([one], { accounts: 4, status: 'RUNNING', stage: 'paused' })).toBe(
      'Fleet spring: paused, 1 of 4 accounts have ended',
    );
    expect(headingOf([one, skipped(2, 1)], { status: 'CANCELLED' })).toBe(
      'Fleet spring: cancelled; 1 of 2 accounts succeeded, 1 skipped',
    );
  });

  test('says what is not known, where a page of the fleet was lost', () => {
    expect(toHtml(reportOn([succeeded(1, 0, 1)], { accounts: 6 }))).toContain(
      'What became of 5 accounts is not known',
    );
  });

  test('lists the first thousand successes, and says where all are', () => {
    const html = toHtml(reportOn(Array.from({ length: 1_200 }, (_, index) => succeeded(index, 0, 1))));
    expect(html.match(/<th scope="row">/g)).toHaveLength(1_000);
    expect(html).toContain(
      'The first 1,000 of 1,200 accounts; for all of them: identity-center fleet report spring',
    );
  });
});

describe('whatever the accounts say,', () => {
  // Mostly what is special in CSV, in HTML or to a spreadsheet.
  const text = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          ...Array.from(`"',;=+-@<>&\t\r\n \0\u202e`),
          '</td>',
          '<script>',
          '-->',
          '"" ',
          'é',
          '\ud83d\ude00',
        ),
        fc.string({ maxLength: 3 }),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join(''));
  const time = fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((at) => at.toISOString());
  const outcome: fc.Arbitrary<AccountOutcome> = fc.record(
    {
      accountId: text,
      region: text,
      name: text,
      end: fc.constantFrom('succeeded', 'failed', 'cancelled', 'skipped'),
      endedAt: time,
      startedAt: time,
      outcome: text,
      instanceArn: text,
      failure: fc.record(
        { type: text, whatHappened: text, remedy: text },
        { requiredKeys: ['type', 'whatHappened'] },
      ),
    },
    { requiredKeys: ['accountId', 'end', 'endedAt'] },
  );
  const outcomes = fc.array(outcome, { maxLength: 6 });
  const harmless = (cell = '') => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);

  test('the CSV reads back as the outcomes', () => {
    fc.assert(
      fc.property(outcomes, (accounts) => {
        const expected = accounts.map(({ failure, ...account }) => ({
          accountId: harmless(account.accountId),
          region: harmless(account.region),
          name: harmless(account.name),
          end: account.end,
          outcome: harmless(account.outcome),
          instanceArn: harmless(account.instanceArn),
          replaced: '',
          differences: '',
          startedAt: account.startedAt ?? '',
          endedAt: account.endedAt,
          failureType: harmless(failure?.type),
          message: harmless(failure?.whatHappened),
          remedy: harmless(failure?.remedy),
          heldUntil: '',
        }));
        expect(rowsOf(toCsv(reportOn(accounts)))).toEqual(expected);
      }),
    );
  });

  test('the page has the elements and attributes that it has with plain words', () => {
    // All markup is of ours: with every text made plain, the tags are the same.
    const tagsOf = (accounts: AccountOutcome[], name: string) =>
      (toHtml(reportOn(accounts, { name })).match(/<[^>]*>/g) ?? []).join('\n');
    const plain = (value: string | undefined) => value && 'x';
    fc.assert(
      fc.property(outcomes, text, (accounts, name) => {
        // As many causes as before, so one text for each that differs.
        const words = new Map<string, string>();
        const word = (value: string) => {
          if (!words.has(value)) words.set(value, value === '' ? '' : `w${words.size}`);
          return words.get(value)!;
        };
        const tame = accounts.map((account): AccountOutcome => {
          const { failure, outcome, instanceArn } = account;
          return {
            ...account,
            accountId: word(account.accountId),
            ...defined({
              outcome: plain(outcome),
              instanceArn: plain(instanceArn),
              failure:
                failure &&
                defined({
                  type: word(failure.type),
                  whatHappened: word(failure.whatHappened),
                  remedy: failure.remedy === undefined ? undefined : word(failure.remedy),
                }),
            }),
          };
        });
        expect(tagsOf(accounts, name)).toBe(tagsOf(tame, 'x'));
      }),
    );
  });

  test('the timeline only grows, and ends with every outcome', () => {
    fc.assert(
      fc.property(outcomes, (accounts) => {
        const { timeline, counts } = reportOn(accounts);
        const { succeeded, failed, cancelled, skipped } = counts;
        expect(timeline.at(-1)).toMatchObject({ succeeded, failed, cancelled, skipped });
        timeline.slice(1).forEach((point, index) => {
          const before = timeline[index]!;
          expect(point.at > before.at).toBe(true);
          for (const end of ['succeeded', 'failed', 'cancelled', 'skipped'] as const)
            expect(point[end]).toBeGreaterThanOrEqual(before[end]);
        });
      }),
    );
  });
});
