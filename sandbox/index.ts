export { startEmulator, type Emulator } from './emulator';
export { startWorkerProcess, type WorkerProcess } from './worker-process';
export { emulatorSettings, startSandbox, type Sandbox } from './up';
