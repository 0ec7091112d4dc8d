export { eventRulesJsonSchema } from './json-schema';
export { findRule, type AccountFacts, type UnknownFact } from './match';
export { readRules, rulesOf, type ReadRules } from './read-rules';
export { requestPartSchema } from './schema';
export type { EventRule, EventRules, EventRulesInput, RequestDefaults } from './schema';
