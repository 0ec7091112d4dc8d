export { keep, onDemand } from './keep';
export { logEntryOf, type LogEntry } from './log';
export {
  isForPeople,
  isServed,
  isUnreachable,
  notServed,
  serveAll,
  serveDelivery,
  type NotServed,
  type Served,
} from './serve-all';
