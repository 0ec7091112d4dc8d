export { answerAccount } from './answer-account';
export { answerDelivery, answerEvent, requestFromEvent, type EventAnswer } from './answer';
export { deliveriesIn, type Delivery } from './deliveries';
export type { EventFacts } from './happening';
export { eventOutcomeJsonSchema } from './json-schema';
export {
  startFromAccount,
  startFromDelivery,
  startFromEvent,
  type EventClient,
  type EventOutcome,
  type LookUp,
  type StartOptions,
} from './start-from-event';
