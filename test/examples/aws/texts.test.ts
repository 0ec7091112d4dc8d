import { parse } from 'yaml';
import { rolePolicy } from '../../../activities';
import { readRules } from '../../../pipelines';
import { examplesEnding, templateOf, TEMPLATES, textOf } from './texts';

const PAIRS = [
  ['cloudformation/queue.yaml', 'terraform/queue/main.tf'],
  ['cloudformation/rule.yaml', 'terraform/rule/main.tf'],
  ['cloudformation/function.yaml', 'terraform/function/main.tf'],
  ['step-functions/template.yaml', 'step-functions/main.tf'],
] as const;

/** What a text says whoever writes it down: permissions, events, names of AWS, and the numbers behind them. */
function factsOf(text: string): Record<string, string[]> {
  const bare = text.replaceAll(/^\s*#.*$/gm, '');
  const all = (pattern: RegExp) => [...new Set([...bare.matchAll(pattern)].map(([it]) => it))].sort();
  return {
    actions: all(/\b(?:events|lambda|logs|organizations|sns|sqs|states|sts):(?:[A-Z]\w+|\*)/g),
    services: all(/\b\w+\.amazonaws\.com\b/g),
    events: all(/\b(?:Create|Update|Close|Remove)\w*Account\w*\b/g),
    conditions: all(/\baws:(?:PrincipalArn|SecureTransport|SourceAccount|SourceArn)\b/g),
    metrics: all(/\b(?:ApproximateNumberOfMessagesVisible|ExecutionsFailed|Maximum|Minimum|Sum)\b/g),
    numbers: all(/(?<=(?:[:=]|: ) *)\b\d{2,}\b(?=\s)/g),
    environment: all(/\bTEMPORAL_\w+/g),
  };
}

test.each(PAIRS)('%s and %s are the same', (template, terraform) => {
  const [one, other] = [factsOf(textOf(template)), factsOf(textOf(terraform))];
  expect(one).toEqual(other);
  expect(one['actions']?.length).toBeGreaterThan(1);
});

test('each template is in a pair, or has no other', () => {
  const paired: string[] = PAIRS.map(([template]) => template);
  expect(TEMPLATES.filter((name) => !paired.includes(name))).toEqual([
    'cloudformation/role.yaml',
    'github-actions/to-github.yaml',
  ]);
});

test('the state machine of the template is that of the file', () => {
  const { StateMachine } = templateOf('step-functions/template.yaml').Resources;
  expect(JSON.parse(StateMachine?.Properties['DefinitionString'] as string)).toEqual(
    JSON.parse(textOf('step-functions/identity-center.asl.json')),
  );
});

test('the role in an account may do what runs take, and no more', () => {
  const { Role } = templateOf('cloudformation/role.yaml').Resources;
  const [policy] = Role?.Properties['Policies'] as { PolicyDocument: unknown }[];
  expect(policy?.PolicyDocument).toEqual(rolePolicy());
});

test('Landing Zone Accelerator gives templates the parameters that they have', () => {
  const { customizations } = parse(textOf('lza/customizations-config.yaml')) as {
    customizations: {
      cloudFormationStacks: { template: string; parameters: { name: string; value: string }[] }[];
    };
  };
  for (const { template, parameters } of customizations.cloudFormationStacks) {
    const { Parameters } = templateOf(template.replace('identity-center/', 'cloudformation/'));
    const given = parameters.map(({ name }) => name);
    const needed = Object.keys(Parameters).filter((name) => Parameters[name]?.Default === undefined);
    expect(Object.keys(Parameters)).toEqual(expect.arrayContaining(given));
    expect(given).toEqual(expect.arrayContaining(needed));
  }
});

test('every file of rules is valid', () => {
  const files = examplesEnding('rules.yaml');
  expect(files).toEqual(['events/rules.yaml', 'lza/rules.yaml']);
  for (const file of files) expect(readRules(Buffer.from(textOf(file)))).toHaveProperty('rules');
});

test('what waits for a token waits no longer than it has to: heartbeat, then time-out, then the account is told', () => {
  for (const file of examplesEnding('.asl.json')) {
    const { States } = JSON.parse(textOf(file)) as { States: Record<string, Record<string, unknown>> };
    const task = States['Identity Center'];
    expect(task).toMatchObject({ HeartbeatSeconds: 600, TimeoutSeconds: 7200 });
  }
});
