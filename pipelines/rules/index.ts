export { eventRulesJsonSchema } from './json-schema';
export { readRules, rulesOf, type ReadRules } from './read-rules';
export {
  requestPartSchema,
  type AccountFacts,
  type EventRule,
  type EventRules,
  type EventRulesInput,
  type RequestDefaults,
  type UnknownFact,
} from '../../contract';
