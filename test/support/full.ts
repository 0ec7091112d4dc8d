/** Whether `npm run test:full` runs: with what takes minutes, of the SDK's own patience or of every combination. */
export const isFull = process.env['FULL'] !== undefined;
