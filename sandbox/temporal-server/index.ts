export { findTemporalBinary, TemporalBinaryNotFoundError, type FindOptions } from './find-binary';
export { freePort } from './free-port';
export { isAlive } from './install-lock';
export { endWithThisProcess } from './orphan-watch';
export { startTemporalServer, type StartOptions, type TemporalServer } from './start-server';
export { TemporalServerStartError } from './start-error';
export { makeUserFolder, requireOwn, userFolder } from './user-folder';
