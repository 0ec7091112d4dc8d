export {
  answerDelivery,
  answerEvent,
  deliveriesIn,
  requestFromEvent,
  startFromDelivery,
  startFromEvent,
  type Delivery,
  type EventAnswer,
  type EventClient,
  type EventFacts,
  type EventOutcome,
  type LookUp,
  type StartOptions,
} from './events';
export { lookUpInOrganizations, LookUpError } from './organizations';
export type { KnownFacts } from '../contract';
export {
  readRules,
  type EventRule,
  type EventRules,
  type EventRulesInput,
  type ReadRules,
  type RequestDefaults,
  type UnknownFact,
} from './rules';
