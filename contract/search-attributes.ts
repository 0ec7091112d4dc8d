import {
  defineSearchAttributeKey,
  type SearchAttributePair,
  type TypedSearchAttributes,
} from '@temporalio/common';
import type { Stage } from './account/progress';

/**
 * The search attributes of a run; a namespace has to know them before a run can be started with them. The most useful come
 * first: a namespace may have room for some.
 */
export const SEARCH_ATTRIBUTES = {
  stage: defineSearchAttributeKey('IdentityCenterStage', 'KEYWORD'),
  accountId: defineSearchAttributeKey('IdentityCenterAccountId', 'KEYWORD'),
  fleet: defineSearchAttributeKey('IdentityCenterFleet', 'KEYWORD'),
  /** The empty text while there is no instance. */
  instanceArn: defineSearchAttributeKey('IdentityCenterInstanceArn', 'KEYWORD'),
  region: defineSearchAttributeKey('IdentityCenterRegion', 'KEYWORD'),
} as const;

/** Their names, as a namespace registers them; each is of type Keyword. */
export const SEARCH_ATTRIBUTE_NAMES: readonly string[] = Object.values(SEARCH_ATTRIBUTES).map(
  ({ name }) => name,
);

/** What a run of an account is started with, and shows as it goes. */
export function searchAttributesOf(
  { accountId, region }: { accountId: string; region?: string | undefined },
  stage: Stage,
  fleet?: string,
  instanceArn = '',
): SearchAttributePair[] {
  return [
    { key: SEARCH_ATTRIBUTES.accountId, value: accountId },
    ...(region === undefined ? [] : [{ key: SEARCH_ATTRIBUTES.region, value: region }]),
    { key: SEARCH_ATTRIBUTES.stage, value: stage },
    { key: SEARCH_ATTRIBUTES.instanceArn, value: instanceArn },
    ...(fleet === undefined ? [] : [{ key: SEARCH_ATTRIBUTES.fleet, value: fleet }]),
  ];
}

/** What a fleet and its pages are started with: all of them, so that its runs are started with those that it has. */
export function searchAttributesOfFleet(fleet: string): SearchAttributePair[] {
  return Object.values(SEARCH_ATTRIBUTES).map((key) => ({
    key,
    value: key === SEARCH_ATTRIBUTES.fleet ? fleet : '',
  }));
}

/** Chooses those that a workflow was started with: the namespace is sure to know them. */
export function knownSearchAttributes(
  attributes: readonly SearchAttributePair[],
  startedWith: TypedSearchAttributes,
): SearchAttributePair[] {
  const names = namesStartedWith(startedWith);
  return attributes.filter(({ key }) => names.includes(key.name));
}

/** Names those of ours that a workflow was started with. */
export function namesStartedWith(startedWith: TypedSearchAttributes): string[] {
  const names = startedWith.getAll().map(({ key }) => key.name);
  return SEARCH_ATTRIBUTE_NAMES.filter((name) => names.includes(name));
}
