import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { FAILURES, METRICS } from '../../contract';
import { findProgram, withPromtool } from '../support/prometheus';

interface Rule {
  alert: string;
  expr: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

const ROOT = path.resolve(__dirname, '..', '..');
const ALERTS = path.join(ROOT, 'monitoring', 'alerts.yaml');
const { groups } = parse(readFileSync(ALERTS, 'utf8')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const expressions = rules.map(({ expr }) => expr).join('\n');

/** Series as `promtool` takes them, one sample a minute. */
type Series = Record<string, string>;

/** What a worker shows that is well, beside what a case adds. */
const WELL: Series = { 'identity_center_worker_ready{instance="w"}': '1x120' };
const NAMESPACE = { namespace: 'default' };
const QUEUE = { ...NAMESPACE, task_queue: 'identity-center' };
const of = (name: string, labels: Record<string, string>) =>
  `${name}{${Object.entries({ instance: 'w', ...labels })
    .map(([key, value]) => `${key}="${value}"`)
    .join(',')}}`;
const calls = (operation: string, answer: string) => of(METRICS.calls.name, { ...QUEUE, operation, answer });
const attempts = (result: string) => of(METRICS.attempts.name, { ...NAMESPACE, receiver: 'web', result });
const failedTask = (reason: string) =>
  of('temporal_workflow_task_execution_failed', { ...QUEUE, failure_reason: reason });
const failedRequest = (code: string) =>
  of('temporal_request_failure', {
    ...NAMESPACE,
    operation: 'RespondWorkflowTaskCompleted',
    status_code: code,
  });
const latency = (name: string, bounds: [string, string][]) =>
  Object.fromEntries(bounds.map(([le, values]) => [of(`${name}_bucket`, { ...QUEUE, le }), values]));

interface Case {
  /** When it is looked, and with what. */
  at: string;
  series: Series;
  /** The labels of the alert that fires. */
  labels?: Record<string, string>;
  /** In place of a worker that is well. */
  instead?: boolean;
}

/** For each alert what makes it fire, and what looks like that and does not. */
const CASES: Record<string, { fires: Case; quiet: Case }> = {
  IdentityCenterNoWorker: {
    fires: { at: '5m', series: { 'identity_center_worker_ready{instance="w"}': '0x20' }, instead: true },
    quiet: { at: '5m', series: { 'identity_center_worker_ready{instance="old"}': '0x20' } },
  },
  IdentityCenterWorkerNotReady: {
    fires: {
      at: '6m',
      series: { 'identity_center_worker_ready{instance="other"}': '0x20' },
      labels: { instance: 'other' },
    },
    quiet: { at: '6m', series: { 'identity_center_worker_ready{instance="other"}': '0x3 1x20' } },
  },
  IdentityCenterNoPollers: {
    fires: {
      at: '6m',
      series: { [of('temporal_num_pollers', { ...QUEUE, poller_type: 'activity_task' })]: '0x20' },
      labels: { ...QUEUE, poller_type: 'activity_task' },
    },
    quiet: {
      at: '6m',
      series: {
        [of('temporal_num_pollers', { ...QUEUE, poller_type: 'activity_task' })]: '0x3 10x20',
        // Somebody else's worker.
        'temporal_num_pollers{instance="foreign",poller_type="activity_task"}': '0x20',
      },
    },
  },
  IdentityCenterServerRefuses: {
    fires: {
      at: '12m',
      series: { [failedRequest('UNAUTHENTICATED')]: '0+5x20' },
      labels: { ...NAMESPACE, status_code: 'UNAUTHENTICATED' },
    },
    quiet: { at: '12m', series: { [failedRequest('NOT_FOUND')]: '0+5x20' } },
  },
  IdentityCenterResourceExhausted: {
    fires: { at: '12m', series: { [failedRequest('RESOURCE_EXHAUSTED')]: '0+60x20' }, labels: NAMESPACE },
    quiet: { at: '12m', series: { [failedRequest('RESOURCE_EXHAUSTED')]: '0 1x20' } },
  },
  IdentityCenterWorkflowTasksWait: {
    fires: {
      at: '20m',
      series: latency('temporal_workflow_task_schedule_to_start_latency', [
        ['1000', '0+1x30'],
        ['5000', '0+60x30'],
        ['+Inf', '0+60x30'],
      ]),
      labels: NAMESPACE,
    },
    quiet: {
      at: '20m',
      series: latency('temporal_workflow_task_schedule_to_start_latency', [
        ['100', '0+60x30'],
        ['1000', '0+60x30'],
        ['+Inf', '0+60x30'],
      ]),
    },
  },
  IdentityCenterActivityTasksWait: {
    fires: {
      at: '25m',
      series: latency('temporal_activity_schedule_to_start_latency', [
        ['10000', '0+1x30'],
        ['100000', '0+60x30'],
        ['+Inf', '0+60x30'],
      ]),
      labels: NAMESPACE,
    },
    quiet: {
      at: '25m',
      series: latency('temporal_activity_schedule_to_start_latency', [
        ['5000', '0+60x30'],
        ['+Inf', '0+60x30'],
      ]),
    },
  },
  IdentityCenterNonDeterminism: {
    // The series is born with the first failure.
    fires: { at: '31m', series: { [failedTask('NonDeterminismError')]: '_x29 1x20' }, labels: NAMESPACE },
    quiet: { at: '90m', series: { [failedTask('NonDeterminismError')]: '_x29 1x80' } },
  },
  IdentityCenterMessageTooLarge: {
    fires: { at: '31m', series: { [failedTask('GrpcMessageTooLarge')]: '0x29 1x20' }, labels: NAMESPACE },
    quiet: { at: '31m', series: { [failedTask('SomethingElse')]: '0x29 1x20' } },
  },
  IdentityCenterWorkflowTaskFails: {
    fires: { at: '36m', series: { [failedTask('WorkflowError')]: '_x29 1+1x20' }, labels: NAMESPACE },
    // A worker that drops its copy of a workflow, see workflows/shared/ahead-of-history.
    quiet: { at: '36m', series: { [failedTask('WorkflowError')]: '_x29 1x20' } },
  },
  IdentityCenterOwnIdentity: {
    fires: { at: '12m', series: { [calls('AssumeRole', 'ownIdentity')]: '0+2x20' }, labels: QUEUE },
    quiet: { at: '12m', series: { [calls('AssumeRole', 'ok')]: '0+2x20' } },
  },
  IdentityCenterRolesRefused: {
    fires: {
      at: '70m',
      series: { [calls('AssumeRole', 'roleRefused')]: '0+3x100', [calls('AssumeRole', 'ok')]: '0+1x100' },
      labels: QUEUE,
    },
    // A new account that is not ready for a quarter of an hour.
    quiet: {
      at: '70m',
      series: {
        [calls('AssumeRole', 'roleRefused')]: '0+3x15 45x85',
        [calls('AssumeRole', 'ok')]: '0+1x100',
      },
    },
  },
  IdentityCenterThrottled: {
    fires: {
      at: '40m',
      series: {
        [calls('CreateInstance', 'throttled')]: '0+20x60',
        [calls('CreateInstance', 'ok')]: '0+100x60',
      },
      labels: QUEUE,
    },
    quiet: {
      at: '40m',
      series: {
        [calls('CreateInstance', 'throttled')]: '0+2x60',
        [calls('CreateInstance', 'ok')]: '0+100x60',
      },
    },
  },
  IdentityCenterAccountsHeld: {
    fires: { at: '20m', series: { [of(METRICS.held.name, QUEUE)]: '2x60' }, labels: QUEUE },
    quiet: { at: '20m', series: { [of(METRICS.held.name, QUEUE)]: '2x9 0x60' } },
  },
  IdentityCenterRunsFail: {
    fires: {
      at: '60m',
      series: { [of(METRICS.runs.name, { ...NAMESPACE, result: 'organizationForbids' })]: '0x20 0+1x60' },
      labels: { ...NAMESPACE, result: 'organizationForbids' },
    },
    quiet: {
      at: '60m',
      series: {
        [of(METRICS.runs.name, { ...NAMESPACE, result: 'organizationForbids' })]: '0x20 3x60',
        [of(METRICS.runs.name, { ...NAMESPACE, result: 'created' })]: '0+10x100',
      },
    },
  },
  IdentityCenterRollBackFailed: {
    fires: {
      at: '100m',
      series: { [of(METRICS.rollBacks.name, { ...NAMESPACE, result: 'failed' })]: '_x90 1x30' },
      labels: NAMESPACE,
    },
    quiet: {
      at: '100m',
      series: { [of(METRICS.rollBacks.name, { ...NAMESPACE, result: 'done' })]: '_x90 1x30' },
    },
  },
  IdentityCenterNotAnnounced: {
    fires: {
      at: '100m',
      series: {
        [of(METRICS.announcements.name, { ...NAMESPACE, receiver: 'web', result: 'failed' })]: '_x90 1x30',
      },
      labels: { ...NAMESPACE, receiver: 'web' },
    },
    quiet: {
      at: '100m',
      series: {
        [of(METRICS.announcements.name, { ...NAMESPACE, receiver: 'web', result: 'received' })]: '_x90 1x30',
      },
    },
  },
  IdentityCenterReceiverFails: {
    fires: {
      at: '100m',
      series: { [attempts('failed')]: '0+1x120', [attempts('taken')]: '5x120' },
      labels: { ...NAMESPACE, receiver: 'web' },
    },
    // One that is flaky, and takes what it is told in the end.
    quiet: { at: '100m', series: { [attempts('failed')]: '0+3x120', [attempts('taken')]: '0+1x120' } },
  },
  IdentityCenterAuditFinds: {
    fires: {
      at: '100m',
      series: { [of(METRICS.audits.name, { ...NAMESPACE, result: 'drift' })]: '_x90 1x30' },
      labels: { ...NAMESPACE, result: 'drift' },
    },
    quiet: {
      at: '100m',
      series: { [of(METRICS.audits.name, { ...NAMESPACE, result: 'fine' })]: '_x90 1x30' },
    },
  },
  IdentityCenterQueueUnreadable: {
    fires: { at: '20m', series: { [of(METRICS.queueReadable.name, QUEUE)]: '0x60' }, labels: QUEUE },
    quiet: { at: '20m', series: { [of(METRICS.queueReadable.name, QUEUE)]: '0x9 1x60' } },
  },
  IdentityCenterMessagesFail: {
    fires: {
      at: '100m',
      series: { [of(METRICS.queueMessages.name, { ...QUEUE, result: 'failed' })]: '_x60 1x60' },
      labels: QUEUE,
    },
    quiet: {
      at: '100m',
      series: { [of(METRICS.queueMessages.name, { ...QUEUE, result: 'served' })]: '_x60 1x60' },
    },
  },
  IdentityCenterSlowToActive: {
    fires: {
      at: '60m',
      series: latency(METRICS.timeToActive.name, [
        ['1800', '0+1x80'],
        ['3600', '0+20x80'],
        ['+Inf', '0+20x80'],
      ]),
      labels: NAMESPACE,
    },
    quiet: {
      at: '60m',
      series: latency(METRICS.timeToActive.name, [
        ['5', '0+20x80'],
        ['1800', '0+20x80'],
        ['+Inf', '0+20x80'],
      ]),
    },
  },
};

test('each alert has a case, and a section of docs/operations.md that says what to do', () => {
  expect(Object.keys(CASES)).toEqual(rules.map(({ alert }) => alert));
  const operations = readFileSync(path.join(ROOT, 'docs', 'operations.md'), 'utf8');
  for (const { alert, annotations } of rules) {
    expect(new RegExp(`^#### ${alert}$`, 'm').exec(operations)?.[0]).toBe(`#### ${alert}`);
    expect(annotations['runbook']).toBe(`docs/operations.md#${alert.toLowerCase()}`);
  }
});

test('the metrics of ours that alerts ask for are there, and the causes', () => {
  const known = Object.values(METRICS).map(({ name }): string => name);
  const asked = expressions.match(/\bidentity_center_\w+/g)?.map((name) => name.replace(/_bucket$/, ''));
  expect([...new Set(asked)].filter((name) => !known.includes(name))).toEqual([]);
  const causes = ['throttled', 'roleRefused', 'explicitDeny', 'ownIdentity', 'aborted'];
  for (const cause of causes) {
    expect(expressions).toContain(cause);
    expect(Object.keys(FAILURES)).toContain(cause);
  }
});

withPromtool('each alert fires when it should, and not when it should not', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-alerts-'));
  const tests = Object.entries(CASES).flatMap(([alert, { fires, quiet }]) => {
    const rule = rules.find((it) => it.alert === alert)!;
    return [fires, quiet].map((it) => ({
      interval: '1m',
      name: alert,
      input_series: Object.entries({ ...(it.instead === true ? {} : WELL), ...it.series }).map(
        ([series, values]) => ({ series, values }),
      ),
      alert_rule_test: [
        {
          eval_time: it.at,
          alertname: alert,
          exp_alerts:
            it === fires
              ? [{ exp_labels: { ...rule.labels, ...it.labels }, exp_annotations: rule.annotations }]
              : [],
        },
      ],
    }));
  });
  const file = path.join(folder, 'alerts.test.yaml');
  writeFileSync(file, stringify({ rule_files: [ALERTS], evaluation_interval: '1m', tests }));
  const { status, stdout, stderr } = spawnSync(findProgram('promtool')!, ['test', 'rules', file], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  expect(`${stdout}${stderr}`).toContain('SUCCESS');
  expect(status).toBe(0);
});
