export type { RecordedCall } from './call-log';
export type { Faults } from './faults';
export type { EmulatedInstance } from './instances';
export type { EmulatedQueue } from './queues';
export type { StateMachineTask } from './state-machine-tasks';
export { startEmulator, type Emulator, type EmulatorOptions } from './server';
