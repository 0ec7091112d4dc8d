export { answerDelivery, answerEvent, requestFromEvent, type EventAnswer } from './answer';
export { deliveriesIn, type Delivery } from './deliveries';
export type { EventFacts } from './happening';
export {
  startFromDelivery,
  startFromEvent,
  type EventClient,
  type EventOutcome,
  type LookUp,
  type StartOptions,
} from './start-from-event';
