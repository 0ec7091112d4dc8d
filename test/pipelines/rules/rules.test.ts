import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { parse } from 'yaml';
import { answerEvent, readRules, type EventRules, type KnownFacts } from '../../../pipelines';
import { eventRulesJsonSchema } from '../../../pipelines/rules';
import { fitsPattern } from '../../../contract';
import { describeManifestProblem } from '../../../client/manifest';
import { controlTowerEvent, createAccountEvent } from '../../support/events';

const ACCOUNT = '111122223333';
const RULES = `
defaults:
  region: eu-west-1
  onFailure: hold
  tags: {team: identity}
rules:
  - match: {organizationalUnit: [Sandbox, "Suspended*"]}
    action: ignore
  - match: {organizationalUnit: ou-ab12-34567890, account: "* (prod)"}
    request:
      region: eu-central-1
      name: prod
      tags: {stage: prod}
      timing: {holdTimeout: 14d}
  - match: {account: ["4444????6666"]}
    request: {name: four}
otherwise: provision
`;

function problemsOf(yaml: string): string[] {
  const read = readRules(Buffer.from(yaml));
  return 'problems' in read ? read.problems.map((it) => describeManifestProblem('rules.yaml', it)) : [];
}

function rulesFrom(yaml: string): EventRules {
  const read = readRules(Buffer.from(yaml));
  if ('problems' in read) throw new Error(problemsOf(yaml).join('\n'));
  return read.rules;
}

const rules = rulesFrom(RULES);
const answered = (event: unknown, known?: KnownFacts, by = rules) => answerEvent(event, by, known);
const inUnit = (organizationalUnitName: string) =>
  controlTowerEvent(ACCOUNT, { unit: { organizationalUnitName, organizationalUnitId: 'ou-zz99-11111111' } });

describe('the first rule that fits decides', () => {
  test('a unit by its name, or by a pattern of it', () => {
    for (const unit of ['Sandbox', 'Suspended', 'Suspended (old)'])
      expect(answered(inUnit(unit))).toMatchObject({
        answer: 'ignored',
        reason: 'rules.0 of the rules says so',
      });
    expect(answered(inUnit('sandbox'))).toMatchObject({ answer: 'provision' });
  });

  test('its request goes over the defaults; tags and timing key by key', () => {
    expect(answered(controlTowerEvent(ACCOUNT))).toMatchObject({
      request: {
        accountId: ACCOUNT,
        region: 'eu-central-1',
        name: 'prod',
        onFailure: 'hold',
        tags: { team: 'identity', stage: 'prod' },
        timing: { holdTimeout: '14d' },
      },
    });
  });

  test('what no rule fits has the defaults, and nothing that a schema has filled in', () => {
    expect(answered(inUnit('Infrastructure'))).toHaveProperty('request', {
      accountId: ACCOUNT,
      region: 'eu-west-1',
      onFailure: 'hold',
      tags: { team: 'identity' },
    });
  });

  test('otherwise: ignore leaves out what no rule fits', () => {
    const strict = rulesFrom(RULES.replace('otherwise: provision', 'otherwise: ignore'));
    expect(answered(inUnit('Infrastructure'), {}, strict)).toMatchObject({ answer: 'ignored' });
    expect(answered(controlTowerEvent(ACCOUNT), {}, strict)).toMatchObject({ answer: 'provision' });
  });

  test('an account by a pattern of its ID', () => {
    const event = controlTowerEvent('444455556666', { accountName: 'x' });
    expect(answered(event)).toMatchObject({ request: { name: 'four' } });
  });

  test('a unit above, and tags, where they are known', () => {
    const tagged = rulesFrom(
      'defaults: {region: eu-west-1}\nrules:\n- match: {organizationalUnit: Root, tags: {env: [prod, "pre*"]}}\n  request: {name: p}\notherwise: ignore\n',
    );
    const event = inUnit('Deep');
    const organizationalUnits = ['Deep', 'Root'];
    expect(answered(event, { organizationalUnits, tags: { env: 'preview' } }, tagged)).toMatchObject({
      request: { name: 'p' },
    });
    expect(answered(event, { organizationalUnits, tags: { env: 'dev' } }, tagged)).toMatchObject({
      answer: 'ignored',
    });
    expect(answered(event, { organizationalUnits, tags: {} }, tagged)).toMatchObject({ answer: 'ignored' });
  });
});

describe('what no event says is not guessed', () => {
  test('Organizations’ event names no unit: undecided, with what would have to be known', () => {
    expect(answered(createAccountEvent(ACCOUNT))).toMatchObject({
      answer: 'undecided',
      accountId: ACCOUNT,
      unknown: 'organizationalUnit',
      message: expect.stringMatching(/^Account 111122223333: undecided: .*organizational unit/) as string,
    });
    expect(answered(createAccountEvent(ACCOUNT), { organizationalUnits: ['Sandbox'] })).toMatchObject({
      answer: 'ignored',
    });
  });

  test('its masked name fits no pattern, nor does it not; a pattern of IDs needs no name', () => {
    const byName = rulesFrom(
      'defaults: {region: eu-west-1}\nrules: [{match: {account: "test-*"}, action: ignore}]',
    );
    expect(answered(createAccountEvent(ACCOUNT), {}, byName)).toMatchObject({ unknown: 'accountName' });
    const byId = rulesFrom(
      'defaults: {region: eu-west-1}\nrules: [{match: {account: "4444????????"}, action: ignore}]',
    );
    expect(answered(createAccountEvent(ACCOUNT), {}, byId)).toMatchObject({ answer: 'provision' });
  });

  test('a part that does not fit decides, whatever the others', () => {
    const both = rulesFrom(
      'defaults: {region: eu-west-1}\nrules: [{match: {account: "44*", tags: {a: b}}, action: ignore}]',
    );
    expect(answered(controlTowerEvent(ACCOUNT), {}, both)).toMatchObject({ answer: 'provision' });
  });
});

describe('a rules file that is wrong is told by line and field', () => {
  test.each<[string, string, string[]]>([
    ['nothing in it', '', ['rules.yaml: is empty']],
    ['no defaults', 'rules: []', ['rules.yaml:1: defaults: is required']],
    ['no Region', 'defaults:\n  name: a', ['rules.yaml:1: defaults.region: is required']],
    [
      'misspelled fields, with the one that is meant',
      'defaults:\n  regoin: eu-west-1\nrules:\n- match:\n    organisationalUnit: a\n  acton: ignore\n',
      [
        'rules.yaml:1: defaults.region: is required',
        'rules.yaml:2: defaults.regoin: unknown field (did you mean "defaults.region"?)',
        'rules.yaml:5: rules.0.match.organisationalUnit: unknown field (did you mean "rules.0.match.organizationalUnit"?)',
        'rules.yaml:6: rules.0.acton: unknown field (did you mean "rules.0.action"?)',
      ],
    ],
    [
      'an account in the defaults',
      'defaults:\n  region: eu-west-1\n  accountId: "111122223333"',
      ['rules.yaml:3: defaults.accountId: unknown field'],
    ],
    [
      'a Region that there is not, in a rule',
      'defaults: {region: eu-west-1}\nrules:\n- match: {account: a}\n  request:\n    region: eu-west-9\n',
      [
        'rules.yaml:5: rules.0.request.region: this release knows no Region "eu-west-9" (did you mean eu-west-1 or eu-west-2 or eu-west-3?). If AWS has it since, name it in IDENTITY_CENTER_NEW_REGIONS',
      ],
    ],
    [
      'IDs without quotes',
      'managementAccountId: 012345678901\ndefaults: {region: eu-west-1}\nrules: [{match: {account: 111122223333}}]',
      [
        'rules.yaml:1: managementAccountId: must be a text, not a number',
        'rules.yaml:3: rules.0.match.account: must be a text in quotes, or a list of such, with * for any characters and ? for one',
      ],
    ],
    [
      'a rule for everybody',
      'defaults: {region: eu-west-1}\nrules:\n- match: {}\n  action: ignore',
      [
        'rules.yaml:3: rules.0.match: must name an organizationalUnit, an account or tags: what holds for all is in "defaults" and "otherwise"',
      ],
    ],
    ['a list', '- a', ['rules.yaml:1: rules: must be an object, not a list']],
    [
      'a key twice',
      'defaults: {region: eu-west-1}\ndefaults: {region: eu-west-1}',
      ['rules.yaml:2: defaults: is given twice'],
    ],
    [
      'no YAML',
      'defaults: {region',
      ['rules.yaml:1: is not valid YAML: the line is indented too little or too much'],
    ],
  ])('%s', (_, yaml, problems) => {
    expect(problemsOf(yaml)).toEqual(problems);
  });
});

test('the example of the rules is read, by its schema too, and the events beside it are served', () => {
  const folder = path.join(__dirname, '../../../examples/events');
  const example = readFileSync(path.join(folder, 'rules.yaml'), 'utf8');
  const answers = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map(
      (file) =>
        [file, answered(readFileSync(path.join(folder, file), 'utf8'), {}, rulesFrom(example))] as const,
    );
  expect(Object.fromEntries(answers)).toMatchObject({
    'create-managed-account.json': { answer: 'provision', request: { region: 'eu-central-1', name: 'prod' } },
    'create-account-result.json': { answer: 'undecided', unknown: 'organizationalUnit' },
    'remove-account.json': { answer: 'deprovision', accountId: ACCOUNT },
    'region-enabled.json': { answer: 'retry', region: 'af-south-1' },
  });
  expect(problemsOf(example)).toEqual([]);
  expect(
    new Ajv2020({ strict: true, allowUnionTypes: true }).compile(eventRulesJsonSchema())(parse(example)),
  ).toBe(true);
});

test('the JSON Schema takes what is read, and refuses what is not', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(eventRulesJsonSchema());
  const taken = (yaml: string) => validate(parse(yaml));
  expect(taken(RULES)).toBe(true);
  expect(taken('defaults: {region: eu-west-1}')).toBe(true);
  for (const wrong of [
    'rules: []',
    'defaults: {regoin: a}',
    'defaults: {region: eu-west-1}\nonClosed: delete',
  ])
    expect(taken(wrong)).toBe(false);
});

test('a pattern: * is any characters, ? is one, and no text takes long', () => {
  const fits: [string, string, boolean][] = [
    ['*', '', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abb', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*-prod', 'a-prod-prod', true],
    ['(a|b)+', '(a|b)+', true],
    ['(a|b)+', 'a', false],
    ['', 'a', false],
  ];
  for (const [pattern, text, expected] of fits)
    expect([pattern, text, fitsPattern(pattern, text)]).toEqual([pattern, text, expected]);
  const began = performance.now();
  expect(fitsPattern('*a'.repeat(120) + 'b', 'a'.repeat(2_000))).toBe(false);
  expect(performance.now() - began).toBeLessThan(1_000);
});
