import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EXAMPLES } from '../example';
import { examplesEnding, fill, TEMPLATES, textOf } from './texts';
import { programOf, runProgram } from './tools';

const withLint = programOf('cfn-lint') === undefined ? test.skip : test;
const withCheckov = programOf('checkov') === undefined ? test.skip : test;
const withHcl = programOf('hcl2tojson') === undefined ? test.skip : test;

const STATE_MACHINES = examplesEnding('.asl.json');
const FILLED = {
  queue_url: 'https://sqs.eu-west-1.amazonaws.com/999999999999/it',
  failure_topic_arn: 'arn:aws:sns:eu-west-1:999999999999:it',
};
const folder = mkdtempSync(path.join(tmpdir(), 'infrastructure-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A template with a state machine of this text: cfn-lint reads the states language inside of templates. */
function templateWith(name: string, definition: string): string {
  const file = path.join(folder, `${path.basename(name)}.template.json`);
  const Properties = {
    RoleArn: 'arn:aws:iam::999999999999:role/it',
    DefinitionString: fill(definition, FILLED),
  };
  const Resources = { It: { Type: 'AWS::StepFunctions::StateMachine', Properties } };
  writeFileSync(file, JSON.stringify({ Resources }));
  return file;
}

withLint('CloudFormation takes every template, and Step Functions every state machine', () => {
  expect(TEMPLATES.length).toBeGreaterThan(4);
  expect(STATE_MACHINES).toHaveLength(2);
  const templates = TEMPLATES.map((name) => path.join(EXAMPLES, name));
  const machines = STATE_MACHINES.map((name) => templateWith(name, textOf(name)));
  expect(runProgram('cfn-lint', [...templates, ...machines])).toMatchObject({ status: 0, stdout: '' });
});

withLint('a state machine with a misspelled field is found', () => {
  const misspelled = textOf(STATE_MACHINES[0]!).replace('"HeartbeatSeconds"', '"HartbeatSeconds"');
  const { status, stdout } = runProgram('cfn-lint', [templateWith('misspelled', misspelled)]);
  expect(status).not.toBe(0);
  expect(stdout).toContain('HartbeatSeconds');
});

withCheckov(
  'checkov finds nothing in CloudFormation and Terraform that is not excused with its reason',
  () => {
    const { stdout } = runProgram('checkov', [
      ...['--directory', EXAMPLES, '--framework', 'cloudformation', 'terraform'],
      ...['--output', 'json', '--quiet', '--skip-download'],
    ]);
    const reports = JSON.parse(stdout) as {
      check_type: string;
      results: { failed_checks: { check_id: string; resource: string }[] };
      summary: { passed: number; parsing_errors: number };
    }[];
    expect(reports.map((it) => it.check_type).sort()).toEqual(['cloudformation', 'terraform']);
    for (const { results, summary } of reports) {
      const failed = results.failed_checks.map((it) => `${it.check_id} ${it.resource}`);
      expect({ failed, parsing_errors: summary.parsing_errors }).toEqual({ failed: [], parsing_errors: 0 });
      expect(summary.passed).toBeGreaterThan(30);
    }
  },
);

/** The blocks of a Terraform file, by kind and name. */
function resourcesOf(file: string): Record<string, Record<string, unknown>> {
  const { status, stdout, stderr } = runProgram('hcl2tojson', [path.join(EXAMPLES, file)]);
  expect({ file, status, said: status === 0 ? '' : stderr }).toEqual({ file, status: 0, said: '' });
  const { resource = [] } = JSON.parse(stdout) as { resource?: Record<string, Record<string, object>>[] };
  const unquote = (text: string) => text.replaceAll('"', '');
  return Object.fromEntries(
    resource.flatMap((it) =>
      Object.entries(it).flatMap(([type, named]) =>
        Object.entries(named).map(([name, block]) => [`${unquote(type)}.${unquote(name)}`, { ...block }]),
      ),
    ),
  );
}

withHcl('Terraform parses every file', () => {
  const files = examplesEnding('.tf');
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) expect(Object.keys(resourcesOf(file)).length).toBeGreaterThan(0);
});

withHcl('a policy that AWS reads is named by the resource that has it', () => {
  const resources = resourcesOf('aft/terraform/identity-center.tf');
  expect(resources['aws_sqs_queue.identity_center']).toMatchObject({
    sqs_managed_sse_enabled: true,
    visibility_timeout_seconds: 360,
  });
  expect(resources['aws_iam_role_policy.identity_center_state_machine']).toMatchObject({
    role: '${aws_iam_role.aft_states.id}',
  });
});
