export { csvOf } from './csv';
export { htmlOf } from './html';
export { fleetReport, reportOf, type FleetReport, type ReportCounts } from './report';
export { MAX_TIMELINE_POINTS, timelineOf, type TimelinePoint } from './timeline';
