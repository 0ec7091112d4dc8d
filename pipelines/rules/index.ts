export { eventRulesJsonSchema } from './json-schema';
export { readRules, rulesOf, type ReadRules } from './read-rules';
export type {
  AccountFacts,
  EventRule,
  EventRules,
  EventRulesInput,
  RequestDefaults,
  UnknownFact,
} from '../../contract';
