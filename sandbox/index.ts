export { startEmulator, type Emulator } from './emulator';
export { emulatorSettings, startSandbox, type Sandbox } from './up';
