import { ONE, TWO, problemsOf, read } from '../../support/manifest';

const REGION = { region: 'eu-west-1' };

describe('a file of another tool is told by what it is, in one message:', () => {
  const aft = `module "sandbox" {
  source = "./modules/aft-account-request"
  control_tower_parameters = {
    AccountEmail              = "sandbox@example.com"
    AccountName               = "sandbox"
    ManagedOrganizationalUnit = "Sandbox"
    SSOUserEmail              = "sandbox@example.com"
  }
  account_tags = { "Owner" = "a" }
}
`;
  const lza = `mandatoryAccounts:
  - name: Management
    email: management@example.com
    organizationalUnit: Root
workloadAccounts:
  - name: Sandbox
    email: sandbox@example.com
    organizationalUnit: Sandbox
`;
  const adf = `accounts:
  - account_full_name: deployment
    organizational_unit_path: /deployment
    email: deployment@example.com
    tags:
      - created_by: adf
`;
  const adfConfig = `roles:\n  cross-account-access: Role\nregions:\n  deployment-account: eu-west-1\nconfig:\n  main-notification-endpoint: []\n`;
  test.each([
    ['accounts.tf', aft, 'Account Factory for Terraform (AFT)'],
    ['accounts.hcl', aft, 'Account Factory for Terraform (AFT)'],
    ['accounts.yaml', aft, 'Account Factory for Terraform (AFT)'],
    ['accounts.csv', aft, 'Account Factory for Terraform (AFT)'],
    [
      'a.tf.json',
      '{"module": {"a": {"source": "x", "control_tower_parameters": {"AccountEmail": "a@b"}}}}',
      '(AFT)',
    ],
    ['main.tf', 'resource "aws_organizations_account" "a" {\n  email = "a@b"\n}\n', 'is Terraform'],
    [
      'terraform.json',
      '{"version": 4, "terraform_version": "1.9.0", "resources": []}',
      'a state or a plan of Terraform',
    ],
    ['accounts-config.yaml', lza, 'Landing Zone Accelerator'],
    ['adf.yml', adf, 'AWS Deployment Framework (ADF)'],
    ['adfconfig.yml', adfConfig, 'AWS Deployment Framework (ADF)'],
    ['deployment_map.yml', 'pipelines:\n  - name: a\n', 'AWS Deployment Framework (ADF)'],
    ['a.json', '{"enabledBaselines": [{"arn": "x"}]}', 'AWS Control Tower'],
    ['a.json', '{"landingZones": []}', 'AWS Control Tower'],
    ['a.json', '{"CreateAccountStatuses": []}', 'an answer of AWS, but not a list of accounts'],
    ['a.json', '{"Children": [{"Id": "111122223333", "Type": "ACCOUNT"}]}', 'an answer of AWS'],
  ])('%s: %j', (name, content, what) => {
    const problems = problemsOf(name, content, REGION);
    expect(problems).toEqual([expect.stringContaining(what)]);
    expect(problems[0]).toContain('aws organizations list-accounts --output json');
  });

  test.each([
    ['a.txt', '{"Accounts": []}', 'is JSON by what is in it: let its name end in .json'],
    ['a.csv', '[\n"111122223333"]', 'is JSON by what is in it: let its name end in .json'],
    [
      'a.txt',
      'ACCOUNTS\tarn:aws:organizations::1:account/o/1\ta@b\t111122223333\tCREATED\t1.6\tname\tACTIVE\n',
      'is text or a table of the AWS CLI: write it with --output json, into a file that ends in .json',
    ],
    [
      'a.txt',
      '-----------------\n|  ListAccounts |\n',
      'is text or a table of the AWS CLI: write it with --output json, into a file that ends in .json',
    ],
  ])('%s: %j', (name, content, message) => {
    expect(problemsOf(name, content, REGION)).toEqual([message]);
  });
});

describe('an organization.yml of org-formation', () => {
  const organization = (accounts: string) => `AWSTemplateFormatVersion: '2010-09-09-OC'
Organization:
  Management:
    Type: OC::ORG::MasterAccount
    Properties:
      AccountName: management
      AccountId: '999999999999'
      Tags: { owner: !Ref Management }
${accounts}
  SandboxOU:
    Type: OC::ORG::OrganizationalUnit
    Properties:
      OrganizationalUnitName: sandbox
      Accounts: [!Ref One, !GetAtt Two.AccountId]
      ServiceControlPolicies: !Ref Policy
`;
  const account = (name: string, more: string) =>
    `  ${name}:\n    Type: OC::ORG::Account\n    Properties:\n      AccountName: a b, c\n      RootEmail: a@example.com\n      Tags: { team: !GetAtt Management.AccountName }\n${more}`;

  test('gives its accounts, without their names and tags', () => {
    const text = organization(
      account('One', `      AccountId: '${ONE}'\n`) + account('Two', `      AccountId: "${TWO}"`),
    );
    expect(read('organization.yml', text, REGION)).toEqual({
      requests: [
        { accountId: ONE, region: 'eu-west-1' },
        { accountId: TWO, region: 'eu-west-1' },
      ],
      skipped: [
        { accountId: '999999999999', reason: expect.stringContaining('management account') as string },
      ],
    });
  });

  test('is told in one line whatever its accounts are called', () => {
    const text = organization('  "\\r\\e[31mOne":\n    Type: OC::ORG::Account\n');
    expect(problemsOf('organization.yml', text, REGION)).toEqual([
      expect.stringMatching(/^\d+: .*of its accounts \( \[31mOne\) no AccountId/) as string,
    ]);
  });

  test('is told which of its accounts have no ID, or one that is none', () => {
    const text = organization(
      account('One', '') + account('Two', '\n') + account('Three', `      AccountId: !Ref One`),
    );
    expect(problemsOf('organization.yml', text, REGION)).toEqual([
      expect.stringMatching(/^12: .*gives 2 of its accounts \(One\) no AccountId/) as string,
      '28: accountId: must be an AWS account ID: 12 digits',
    ]);
    expect(
      problemsOf('a.yml', "AWSTemplateFormatVersion: '2010-09-09-OC'\nOrganization: !Include ./a.yml\n"),
    ).toEqual([expect.stringContaining('organization.yml of org-formation')]);
  });
});
