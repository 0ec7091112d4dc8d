import {
  DEPROVISION_WORKFLOW,
  PROVISION_WORKFLOW,
  readDeprovisionRequest,
  readRequest,
  summaryOf,
  type DeprovisionRequest,
  type ProvisionRequest,
  type ReadRequest,
  type Stage,
} from '../../contract';

/** What every request says. */
export interface AccountRequest {
  accountId: string;
  region: string;
}

/** What the client needs to know of a kind of run. */
export interface RunKind<R extends AccountRequest> {
  workflow: string;
  read(input: unknown): ReadRequest<R>;
  firstStage: Stage;
  /** One line, for lists and headings. */
  summary(request: R): string;
  /** Markdown: what was asked, and who asked. */
  details(request: R, askedBy: string): string;
}

export const PROVISION: RunKind<ProvisionRequest> = {
  workflow: PROVISION_WORKFLOW,
  read: readRequest,
  firstStage: 'creating',
  summary: summaryOf,
  details: ({ accountId, region, name, existing, onCancel, onFailure }, askedBy) =>
    // The UI has room for four lines.
    rows([
      ['Account', `${accountId}\`, Region \`${region}`],
      ['Name', name ?? 'none'],
      ['Started by', askedBy],
      ['An existing instance', `${existing}\`, on cancel \`${onCancel}\`, on failure \`${onFailure}`],
    ]),
};

export const DEPROVISION: RunKind<DeprovisionRequest> = {
  workflow: DEPROVISION_WORKFLOW,
  read: readDeprovisionRequest,
  firstStage: 'reconciling',
  summary: ({ accountId }) => `deprovision ${accountId}`,
  details: ({ accountId, instanceArn }, askedBy) =>
    rows([
      ['Account', accountId],
      ['Deletes', instanceArn ?? 'the instance that carries the tag of the account’s runs'],
      ['Started by', askedBy],
    ]),
};

function rows(facts: [string, string][]): string {
  return facts.map(([label, value]) => `- ${label}: \`${value}\``).join('\n');
}
