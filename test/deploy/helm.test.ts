import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { isFull } from '../support/full';
import { ROOT } from '../docs/pages';
import { goModule, goProgram, pythonPrograms, run } from './tools';

const CHART = path.join(ROOT, 'deploy', 'helm', 'identity-center-worker');
const REQUIRED = {
  'image.repository': 'registry.example/worker',
  'temporal.address': 'temporal.example:7233',
};
/** The oldest that the chart takes, and the newest that the schemas know. */
const KUBERNETES = ['1.28.0', '1.37.0'];

const helm = isFull ? goProgram('helm.sh/helm/v3/cmd/helm@v3.22.0') : undefined;
const python = isFull ? pythonPrograms('kubernetes-validate==1.37.0') : undefined;
const keda = isFull ? goModule('github.com/kedacore/keda/v2@v2.21.0') : undefined;
const withHelm = helm === undefined ? test.skip : test;

interface Resource {
  apiVersion: string;
  kind: string;
  spec: Record<string, unknown>;
}

function template(values: Record<string, string>, kubernetes = KUBERNETES[1] ?? '') {
  const sets = Object.entries({ ...REQUIRED, ...values }).flatMap(([name, value]) => [
    '--set-string',
    `${name}=${value}`,
  ]);
  return run(helm ?? '', ['template', 'it', CHART, '--kube-version', kubernetes, ...sets]);
}

function render(values: Record<string, string>): Resource[] {
  const { status, stdout, stderr } = template(values);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as Resource | null)
    .filter((resource) => resource !== null);
}

function only(resources: Resource[], kind: string): Resource {
  const found = resources.filter((it) => it.kind === kind);
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** Validates Kubernetes's own by its schemas, which take no unknown field. */
function expectKubernetesTakes(resources: Resource[]): void {
  for (const version of KUBERNETES) {
    const args = ['--strict', '--version', version.slice(0, 4), '-'];
    const input = resources.map((resource) => JSON.stringify(resource)).join('\n---\n');
    const { status, stdout, stderr } = run(path.join(python ?? '', 'kubernetes-validate'), args, { input });
    expect({ version, status, said: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({
      version,
      status: 0,
      said: '',
    });
  }
}

const isKubernetesOwn = ({ apiVersion }: Resource) => !/temporal\.io|keda\.sh/.test(apiVersion);

/** The pod of a WorkerDeployment is that of a Deployment. */
function asDeployment({ spec: { template } }: Resource): Resource {
  const { metadata } = template as { metadata: { labels: Record<string, string> } };
  const metadataOfIt = { metadata: { name: 'it' } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    ...metadataOfIt,
    spec: { selector: { matchLabels: metadata.labels }, template },
  };
}

const everySecret = {
  'temporal.apiKeySecret.name': 'key',
  'temporal.configSecret.name': 'config',
  'temporal.serverCaSecret.name': 'ca',
  'temporal.tlsServerName': 'server.example',
  'serviceAccount.roleArn': 'arn:aws:iam::111122223333:role/worker',
  'settings.IDENTITY_CENTER_MAX_CALLS_PER_SECOND': '5',
};

withHelm.each<[string, Record<string, string>]>([
  ['by default', {}],
  ['with every secret', everySecret],
  ['with a client certificate', { 'temporal.clientCertificateSecret': 'certificate' }],
  ['with receivers and rules', { 'receiversSecret.name': 'receivers', 'eventRulesConfigMap.name': 'rules' }],
  ['that scales by CPU', { 'autoscaling.by': 'cpu' }],
])('Kubernetes takes a Deployment %s', (_, values) => {
  const resources = render(values);
  expect(resources.every(isKubernetesOwn)).toBe(true);
  if (python !== undefined) expectKubernetesTakes(resources);
});

withHelm('a pod has the receivers, with what lies beside them, and the rules for events', () => {
  const { spec } = only(
    render({
      'receiversSecret.name': 'told',
      'eventRulesConfigMap.name': 'rules',
      'eventRulesConfigMap.key': 'r.yaml',
    }),
    'Deployment',
  );
  const { spec: pod } = spec['template'] as {
    spec: { volumes: object[]; containers: { env: object[]; volumeMounts: object[] }[] };
  };
  const folder = '/etc/identity-center';
  expect(pod.containers[0]?.env).toEqual(
    expect.arrayContaining([
      { name: 'IDENTITY_CENTER_RECEIVERS_FILE', value: `${folder}/receivers/receivers.yaml` },
      { name: 'IDENTITY_CENTER_EVENT_RULES_FILE', value: `${folder}/rules/r.yaml` },
    ]),
  );
  expect(pod.containers[0]?.volumeMounts).toEqual(
    expect.arrayContaining([
      { name: 'receivers', mountPath: `${folder}/receivers`, readOnly: true },
      { name: 'event-rules', mountPath: `${folder}/rules`, readOnly: true },
    ]),
  );
  expect(pod.volumes).toEqual(
    expect.arrayContaining([
      { name: 'receivers', secret: { secretName: 'told', defaultMode: 288 } },
      { name: 'event-rules', configMap: { name: 'rules' } },
    ]),
  );
});

withHelm('a pod reaches the agent of EKS Pod Identity where it has no role by annotation', () => {
  const egressOf = (values: Record<string, string>) =>
    JSON.stringify(only(render(values), 'NetworkPolicy').spec['egress']);
  const roleArn = 'arn:aws:iam::111122223333:role/worker';
  expect(egressOf({})).toContain('169.254.170.23/32');
  expect(egressOf({ 'serviceAccount.roleArn': roleArn })).not.toContain('169.254.170.23/32');
});

withHelm('a pod is neither root nor writes to its image, and Temporal lists its name', () => {
  const { spec } = only(render({}), 'Deployment');
  const { spec: pod } = spec['template'] as {
    spec: { securityContext: object; containers: { securityContext: object; env: object[] }[] };
  };
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
  expect(pod.containers[0]).toMatchObject({
    securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
    env: expect.arrayContaining([
      { name: 'IDENTITY_CENTER_WORKER_IDENTITY', value: '$(POD_NAMESPACE)/$(POD_NAME)' },
    ]) as unknown,
  });
});

// The controller's own schema is in none of the registries; this is what its reference says of the fields that the chart sets.
const workerDeployment = z.strictObject({
  replicas: z.int().positive().optional(),
  workerOptions: z.strictObject({
    connectionRef: z.strictObject({ name: z.string() }),
    temporalNamespace: z.string().min(1),
  }),
  rollout: z.strictObject({
    strategy: z.enum(['Manual', 'AllAtOnce', 'Progressive']),
    steps: z
      .array(z.strictObject({ rampPercentage: z.int().min(1).max(99), pauseDuration: z.string() }))
      .min(1),
    gate: z.strictObject({ workflowType: z.string() }),
  }),
  sunset: z.strictObject({ scaledownDelay: z.string(), deleteDelay: z.string() }),
  template: z.looseObject({}),
});

withHelm(
  'the Temporal Worker Controller takes a WorkerDeployment, with a connection and a scaler a version',
  () => {
    const resources = render({ ...everySecret, kind: 'WorkerDeployment', 'autoscaling.by': 'cpu' });
    const deployment = only(resources, 'WorkerDeployment');
    expect(workerDeployment.parse(deployment.spec).rollout.gate).toEqual({
      workflowType: 'identityCenterSelfCheck',
    });
    expect(only(resources, 'Connection').spec).toEqual({
      hostPort: 'temporal.example:7233',
      tls: { serverName: 'server.example' },
      apiKeySecretRef: { name: 'key', key: 'api-key' },
    });
    const { template: scaler, ...rest } = only(resources, 'WorkerResourceTemplate').spec;
    expect(rest).toEqual({ workerDeploymentRef: { name: 'it' } });
    expect(scaler).toMatchObject({ spec: { scaleTargetRef: {} } });
    // What the controller says to the workers itself is not said twice.
    expect(JSON.stringify(deployment)).not.toMatch(/TEMPORAL_(?:ADDRESS|NAMESPACE|API_KEY|DEPLOYMENT_NAME)/);
    if (python !== undefined)
      expectKubernetesTakes([...resources.filter(isKubernetesOwn), asDeployment(deployment)]);
  },
);

(keda === undefined ? test.skip : withHelm)('KEDA takes a scaler by the backlog of a version', () => {
  const resources = render({
    'autoscaling.by': 'keda',
    'autoscaling.kedaAuthSecret': 'keda',
    'temporal.apiKeySecret.name': 'key',
    'settings.TEMPORAL_DEPLOYMENT_NAME': 'accounts',
    'settings.TEMPORAL_WORKER_BUILD_ID': '0.1.0-abc',
  });
  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  for (const kind of ['ScaledObject', 'TriggerAuthentication']) {
    const file = path.join(keda ?? '', 'config', 'crd', 'bases', `keda.sh_${kind.toLowerCase()}s.yaml`);
    const { spec } = parse(readFileSync(file, 'utf8')) as {
      spec: { versions: [{ schema: { openAPIV3Schema: object } }] };
    };
    const isValid = ajv.compile(spec.versions[0].schema.openAPIV3Schema);
    expect({ valid: isValid(only(resources, kind)), errors: isValid.errors }).toEqual({
      valid: true,
      errors: null,
    });
  }
  const scaler = JSON.stringify(only(resources, 'ScaledObject').spec);
  expect(scaler).toContain('"workerDeploymentBuildId":"0.1.0-abc"');
  expect(scaler).toContain('"enableTLS":"true"');
  // Else the Deployment and KEDA would each set the replicas.
  expect(only(resources, 'Deployment').spec).not.toHaveProperty('replicas');
});

withHelm.each<[string, Record<string, string>, RegExp]>([
  ['no image', { 'image.repository': '' }, /image\.repository is missing/],
  ['no server', { 'temporal.address': '' }, /temporal\.address is missing/],
  ['an unknown scaler', { 'autoscaling.by': 'moon' }, /autoscaling\/by|autoscaling\.by/],
  ['a misspelled value', { 'temporal.adress': 'a:1' }, /adress/],
  [
    'a version that the controller names',
    { kind: 'WorkerDeployment', 'settings.TEMPORAL_DEPLOYMENT_NAME': 'a' },
    /settings\.TEMPORAL_DEPLOYMENT_NAME: the Temporal Worker Controller sets it/,
  ],
  [
    'KEDA for a WorkerDeployment',
    { kind: 'WorkerDeployment', 'autoscaling.by': 'keda' },
    /keda is for kind Deployment/,
  ],
])('the chart refuses %s, and names the value', (_, values, says) => {
  const { status, stderr } = template(values);
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(says) as unknown });
});
