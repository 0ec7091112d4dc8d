import { defineSearchAttributeKey } from '@temporalio/common';

/** The search attributes of a run; a namespace has to know them before a run can be started with them. */
export const SEARCH_ATTRIBUTES = {
  accountId: defineSearchAttributeKey('IdentityCenterAccountId', 'KEYWORD'),
  region: defineSearchAttributeKey('IdentityCenterRegion', 'KEYWORD'),
  stage: defineSearchAttributeKey('IdentityCenterStage', 'KEYWORD'),
  /** The empty text while there is no instance. */
  instanceArn: defineSearchAttributeKey('IdentityCenterInstanceArn', 'KEYWORD'),
  fleet: defineSearchAttributeKey('IdentityCenterFleet', 'KEYWORD'),
} as const;

/** Their names, as a namespace registers them; each is of type Keyword. */
export const SEARCH_ATTRIBUTE_NAMES: readonly string[] = Object.values(SEARCH_ATTRIBUTES).map(
  ({ name }) => name,
);
