import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { freshAccount } from '../support/harness';
import { startProvisioning } from '../support/provisioning';
import { EXAMPLES, prepareExample } from './example';

interface Step {
  id?: string;
  run?: string;
  env?: Record<string, string>;
}

const workflow = parse(readFileSync(path.join(EXAMPLES, 'github-actions/identity-center.yml'), 'utf8')) as {
  jobs: { provision: { outputs: Record<string, string>; steps: Step[] } };
};
const python = prepareExample('python')?.[0];
const folder = mkdtempSync(path.join(tmpdir(), 'github-actions-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

(python === undefined ? test.skip : test)(
  'the step of the workflow provisions, and annotates what fails',
  async () => {
    const { steps, outputs } = workflow.jobs.provision;
    const step = steps.find(({ id }) => id === 'provision');
    expect(outputs).toEqual({ 'instance-arn': '${{ steps.provision.outputs.instance-arn }}' });
    // What a person gives must not get into the script as text.
    for (const { run = '' } of steps) expect(run).not.toContain('${{');

    const harness = await startProvisioning();
    mkdirSync(path.join(folder, '.github/identity-center'), { recursive: true });
    copyFileSync(
      path.join(EXAMPLES, 'python/provision.py'),
      path.join(folder, '.github/identity-center/provision.py'),
    );
    writeFileSync(path.join(folder, 'step.sh'), step?.run ?? 'exit 99');
    const run = async (account: string) => {
      const [summary, output] = [path.join(folder, `${account}.md`), path.join(folder, `${account}.out`)];
      const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', 'step.sh'], {
        cwd: folder,
        env: {
          PATH: `${path.dirname(python ?? '')}:${process.env['PATH'] ?? ''}`,
          ...step?.env,
          ACCOUNT_ID: account,
          REGION: 'eu-west-1',
          TEMPORAL_ADDRESS: harness.address,
          TEMPORAL_NAMESPACE: '',
          TEMPORAL_API_KEY: '',
          IDENTITY_CENTER_TASK_QUEUE: harness.taskQueue,
          GITHUB_STEP_SUMMARY: summary,
          GITHUB_OUTPUT: output,
        },
      });
      let stdout = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      await once(child, 'close');
      return { code: child.exitCode, stdout, summary: readFileSync(summary, 'utf8'), output };
    };
    try {
      const [good, bad] = [freshAccount(), freshAccount()];
      const done = await run(good);
      expect(done).toMatchObject({ code: 0 });
      expect(readFileSync(done.output, 'utf8')).toBe(
        `instance-arn=${harness.created(good)[0]?.instanceArn}\n`,
      );
      harness.emulator.setFaults({ accounts: [bad], organizationForbids: true });
      const held = await run(bad);
      expect(held).toMatchObject({ code: 3 });
      expect(held.stdout).toMatch(
        new RegExp(
          `^::error title=Account ${bad} waits: .+::.*Held until .+%0ANext step: .+%0AAWS request ID: `,
          'm',
        ),
      );
      expect(held.summary).toContain('Next step: Enable account instances');
      await harness.client.abort(bad, 'the test is over');
    } finally {
      await harness.stop();
    }
  },
);
