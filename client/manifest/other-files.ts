import { isObject } from './entry';

// The files that other tools have of accounts, in which no account IDs are: each is told by what it is.

const NEXT =
  'Start a fleet from "aws organizations list-accounts --output json > accounts.json", with --region; docs/fleets.md in the package identity-center-orchestrator ("Files of other tools") has a line that keeps to these accounts';

type Holder = Record<string, unknown>;

const has = (holder: Holder, ...keys: string[]) => keys.every((key) => holder[key] !== undefined);
const hasOne = (holder: Holder, ...keys: string[]) => keys.some((key) => Array.isArray(holder[key]));
const holds = (list: unknown, key: string) =>
  Array.isArray(list) && list.some((item) => isObject(item) && item[key] !== undefined);

/** What a file is, by the keys that it has. */
const KINDS: [is: (file: Holder) => boolean, what: string][] = [
  [
    (file) => hasOne(file, 'mandatoryAccounts', 'workloadAccounts'),
    'is an accounts-config.yaml of the Landing Zone Accelerator, which knows accounts by their e-mail addresses',
  ],
  [
    (file) => holds(file['accounts'], 'account_full_name'),
    'is a file of adf-accounts of the AWS Deployment Framework (ADF), which knows accounts by their names, not by their IDs',
  ],
  [
    (file) => (has(file, 'roles', 'regions') && has(file, 'config')) || has(file, 'pipelines'),
    'is a configuration of the AWS Deployment Framework (ADF), and no list of accounts',
  ],
  [
    (file) => has(file, 'module') && JSON.stringify(file['module']).includes('control_tower_parameters'),
    'is an account request of Account Factory for Terraform (AFT), which has no account IDs',
  ],
  [(file) => has(file, 'terraform_version'), 'is a state or a plan of Terraform, and no list of accounts'],
  [
    (file) =>
      hasOne(
        file,
        'ProvisionedProducts',
        'CreateAccountStatuses',
        'Children',
        'OrganizationalUnits',
        'Roots',
      ),
    'is an answer of AWS, but not a list of accounts',
  ],
  [
    (file) => hasOne(file, 'enabledBaselines', 'enabledControls', 'landingZones', 'landingZoneOperations'),
    'is an answer of AWS Control Tower, which lists no accounts',
  ],
  [
    (file) => has(file, 'Organization') && !Array.isArray(file['accounts']),
    'is an organization.yml of org-formation without accounts, or an answer that describes an organization',
  ],
];

/** Says what a file is that is no manifest, and what to do; `undefined` where it may be one. */
export function otherFile(file: Holder): string | undefined {
  const what = KINDS.find(([is]) => is(file))?.[1];
  return what === undefined ? undefined : `${what}. ${NEXT}`;
}

/** The same of a text that is neither JSON nor YAML, or that has another ending than it should. */
export function otherText(text: string, ending: string): string | undefined {
  if (/^\s*module\s+"[^"\n]*"\s*\{/m.test(text) && /control_tower_parameters|aft-account-request/.test(text))
    return `is an account request of Account Factory for Terraform (AFT), which has no account IDs. ${NEXT}`;
  if (['.tf', '.tfvars', '.hcl'].includes(ending) || /^\s*(module|resource)\s+"[^\n]*\{/.test(text))
    return `is Terraform, which is no list of accounts. ${NEXT}`;
  const isRows = ['.csv', '.tsv', '.txt'].includes(ending);
  if (!isRows) return undefined;
  if (/^\s*[[{]/.test(text)) return 'is JSON by what is in it: let its name end in .json';
  if (/^ACCOUNTS\t/m.test(text) || /^\s*[-+|][-+| ]{10}/.test(text))
    return 'is text or a table of the AWS CLI: write it with --output json, into a file that ends in .json';
  return undefined;
}
