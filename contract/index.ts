export * from './names';
export * from './client-token';
export * from './duration';
export * from './failures';
export * from './progress';
export * from './request';
export * from './request-diff';
export * from './situations';
