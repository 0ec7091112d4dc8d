/** Ends the server that all test files share. */
export default async function stopSharedServer(): Promise<void> {
  await globalThis.sharedTemporalServer?.stop();
}
