import { toCsv } from '../../../../command/fleet/report/write-report';
import { toHtml } from '../../../../command/fleet/report/html';
import { makeReport } from '../../../../command/fleet/report/report';
import { MAX_TIMELINE_POINTS } from '../../../../command/fleet/report/timeline';
import { after, BEGAN, failed, reportOn, skipped, statusOf, succeeded } from '../../../support/fleet-report';

const DENIED = { type: 'AccessDeniedException', whatHappened: 'no', remedy: 'Allow it.' };

describe('the timeline', () => {
  test('says how many had ended in which way, and how many were open, whenever something changed', () => {
    const { timeline } = reportOn([
      succeeded(1, 0, 10),
      failed(2, 0, 20, DENIED),
      succeeded(3, 10, 30),
      skipped(4, 20),
    ]);
    const none = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 };
    expect(timeline).toEqual([
      { at: after(0), ...none, open: 2 },
      { at: after(10), ...none, succeeded: 1, open: 2 },
      { at: after(20), ...none, succeeded: 1, failed: 1, skipped: 1, open: 1 },
      { at: after(30), ...none, succeeded: 2, failed: 1, skipped: 1, open: 0 },
      { at: after(60), ...none, succeeded: 2, failed: 1, skipped: 1, open: 0 },
    ]);
  });

  test('of many accounts it has 200 points at the most, and ends with all', () => {
    const many = Array.from({ length: 5_000 }, (_, index) =>
      succeeded(index, index / 100, index / 100 + 1.37),
    );
    const { timeline } = reportOn(many);
    expect(timeline).toHaveLength(MAX_TIMELINE_POINTS);
    expect(timeline.at(-1)).toMatchObject({ at: after(60), succeeded: 5_000, open: 0 });
    expect(timeline[0]).toMatchObject({ at: after(0), succeeded: 0, open: 1 });
  });

  test('of a fleet that is open it leaves out what is not known: how many were open', () => {
    const { timeline, counts, endedAt } = reportOn([succeeded(1, 0, 10)], {
      status: 'RUNNING',
      stage: 'running',
      accounts: 3,
      open: 2,
      held: 1,
    });
    expect(endedAt).toBeUndefined();
    expect(counts).toMatchObject({ accounts: 3, succeeded: 1, unfinished: 2, held: 1 });
    expect(timeline.at(-1)).toEqual({ at: after(90), succeeded: 1, failed: 0, cancelled: 0, skipped: 0 });
  });

  test('of a fleet without accounts it is a start and an end', () => {
    expect(reportOn([]).timeline.map(({ at }) => at)).toEqual([after(0), after(60)]);
    expect(toHtml(reportOn([]))).toContain('0 of 0 accounts succeeded');
  });
});

test('accounts without an end are in the report: held ones with their own table', () => {
  const open = [
    {
      accountId: '200000000001',
      end: 'held',
      startedAt: after(5),
      failure: { type: 'Denied', whatHappened: 'it is forbidden', remedy: 'Allow it.' },
      heldUntil: after(100),
    },
    { accountId: '200000000002', end: 'waiting' },
  ] as const;
  const status = statusOf(3, { status: 'RUNNING', stage: 'running', open: 1, held: 1 });
  const report = makeReport(status, [succeeded(1, 0, 10)], new Date(BEGAN + 90_000), [...open]);
  expect(toCsv(report)).toMatch(
    /\r\n200000000001,,,held,,,,,[^,]*,,Denied,it is forbidden,Allow it\.,[^,]*Z\r\n200000000002,,,waiting,/,
  );
  expect(toHtml(report)).toMatch(/Accounts that are held[^]*200000000001[^]*Denied[^]*Allow it\./);
  expect(toHtml(report)).not.toContain('200000000002');
});

describe('the calls', () => {
  const calls = {
    sent: 60,
    throttled: 15,
    spanMs: 2_000,
    course: [
      { span: 0, sent: 40, throttled: 15 },
      { span: 4, sent: 20, throttled: 0 },
    ],
  };

  test('are told with the time at which each span began', () => {
    expect(reportOn([succeeded(1, 0, 10)], { calls }).calls).toEqual({
      sent: 60,
      throttled: 15,
      spanMs: 2_000,
      course: [
        { at: after(0), sent: 40, throttled: 15 },
        { at: after(8), sent: 20, throttled: 0 },
      ],
    });
  });

  test('are drawn by the second, with the throttled share', () => {
    const html = toHtml(reportOn([succeeded(1, 0, 10)], { calls }));
    expect(html).toContain('60 to Identity Center, 15 throttled (25 %); at the most 20 a second.');
    const bars = /<path class="throttled" d="([^"]*)"/.exec(html)?.[1];
    expect(bars?.match(/M/g)).toHaveLength(1);
  });

  test('are left out where none is known of', () => {
    expect(toHtml(reportOn([succeeded(1, 0, 10)]))).not.toContain('Calls a second');
  });
});
