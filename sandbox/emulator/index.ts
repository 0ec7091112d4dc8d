export type { RecordedCall } from './call-log';
export type { Faults } from './faults';
export type { EmulatedInstance } from './instances';
export { startEmulator, type Emulator, type EmulatorOptions } from './server';
