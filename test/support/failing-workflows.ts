/** Workflows as of a release that cannot go on with what another one began: each workflow task fails. */
async function failTask(): Promise<never> {
  await Promise.resolve();
  throw new Error('the workflow of another release');
}

export { failTask as provisionFleet, failTask as provisionIdentityCenter };
