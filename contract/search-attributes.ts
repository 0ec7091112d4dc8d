import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { Stage } from './account/progress';

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

/** What a run of an account is started with. */
export function searchAttributesOf(
  { accountId, region }: { accountId: string; region?: string | undefined },
  stage: Stage,
  fleet?: string,
): SearchAttributePair[] {
  return [
    { key: SEARCH_ATTRIBUTES.accountId, value: accountId },
    ...(region === undefined ? [] : [{ key: SEARCH_ATTRIBUTES.region, value: region }]),
    { key: SEARCH_ATTRIBUTES.stage, value: stage },
    // Named at the start, so that the run may set it later: a namespace that lacks it refuses the start.
    { key: SEARCH_ATTRIBUTES.instanceArn, value: '' },
    ...(fleet === undefined ? [] : [{ key: SEARCH_ATTRIBUTES.fleet, value: fleet }]),
  ];
}
