export { startEmulator, type Emulator } from './emulator';
export { emulatorEnvironment, emulatorSettings } from './emulator-settings';
export { startWorkerProcess, type WorkerProcess } from './worker-process';
