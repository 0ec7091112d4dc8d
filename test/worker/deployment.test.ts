import { defaultBuildId, readWorkerSettings } from '../../worker';
import { deploymentOptions } from '../../worker/deployment';

test('each workflow type states whether the version that began a run ends it', () => {
  Object.assign(globalThis, { identityCenterBundleOptions: { isVersioned: true } });
  const workflows = jest.requireActual<Record<string, unknown>>('../../workflows');
  const stated = Object.entries(workflows)
    .filter(([, exported]) => typeof exported === 'function')
    .map(([type, workflow]) => {
      const { workflowDefinitionOptions: options } = workflow as { workflowDefinitionOptions?: object };
      return [type, options];
    });
  const [pinned, autoUpgrade] = ['PINNED', 'AUTO_UPGRADE'].map((versioningBehavior) => ({
    versioningBehavior,
  }));
  expect(Object.fromEntries(stated)).toEqual({
    provisionIdentityCenter: pinned,
    deprovisionIdentityCenter: pinned,
    auditIdentityCenter: pinned,
    auditIdentityCenterPage: pinned,
    planFleetPage: pinned,
    checkIdentityCenter: pinned,
    identityCenterSelfCheck: pinned,
    announceRun: autoUpgrade,
    answerTask: autoUpgrade,
    provisionFleet: autoUpgrade,
    provisionFleetPage: autoUpgrade,
  });
});

test('the build ID is the version of the package and the hash of its bundle, unless it is set', () => {
  expect(defaultBuildId()).toMatch(/^\d+\.\d+\.\d+\S*-[0-9a-f]{8}$/);
  const { deploymentName, buildId } = readWorkerSettings({
    TEMPORAL_DEPLOYMENT_NAME: ' production/identity-center ',
    TEMPORAL_WORKER_BUILD_ID: 'abc-1',
  });
  expect({ deploymentName, buildId }).toEqual({
    deploymentName: 'production/identity-center',
    buildId: 'abc-1',
  });
  expect(deploymentOptions({ deploymentName: 'production/identity-center' })).toMatchObject({
    version: { deploymentName: 'production/identity-center', buildId: defaultBuildId() },
    useWorkerVersioning: true,
  });
});

test('without a deployment a worker takes every run, and says which build it is', () => {
  expect(readWorkerSettings({ TEMPORAL_DEPLOYMENT_NAME: ' ' })).not.toHaveProperty('deploymentName');
  expect(deploymentOptions({})).toEqual({
    version: { deploymentName: 'identity-center', buildId: defaultBuildId() },
    useWorkerVersioning: false,
  });
});

test.each([
  [{ TEMPORAL_WORKER_BUILD_ID: 'abc' }, 'TEMPORAL_DEPLOYMENT_NAME is not: set both, or neither.'],
  [{ TEMPORAL_DEPLOYMENT_NAME: 'a:b' }, 'TEMPORAL_DEPLOYMENT_NAME: must have no dot, colon or space'],
  [{ TEMPORAL_DEPLOYMENT_NAME: 'a.b' }, 'TEMPORAL_DEPLOYMENT_NAME: must have no dot, colon or space'],
  [
    { TEMPORAL_DEPLOYMENT_NAME: 'a', TEMPORAL_WORKER_BUILD_ID: 'a b' },
    'TEMPORAL_WORKER_BUILD_ID: must have no space',
  ],
  [{ TEMPORAL_DEPLOYMENT_NAME: '__a' }, 'and not begin with "__", not "__a"'],
])('%j is refused by the name of the variable', (environment, message) => {
  expect(() => readWorkerSettings(environment)).toThrow(message);
});
