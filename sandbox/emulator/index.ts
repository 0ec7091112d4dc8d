export type { RecordedCall } from './call-log';
export type { Faults } from './faults';
export { MANAGEMENT_ACCOUNT_ID, type EmulatedInstance } from './store';
export { startEmulator, type Emulator, type EmulatorOptions } from './server';
