/** A deliberate defect: what is put in the place of what, in one file. */
export interface Defect {
  name: string;
  file: string;
  replace: [from: string, to: string][];
  /** The plan that is known to show it. */
  seed: number;
  minutes: number;
}

/** What chaos has to catch. Each text must stand exactly once in its file. */
export const DEFECTS: readonly Defect[] = [
  {
    name: 'a random token',
    file: 'activities/instance/create.ts',
    replace: [['ClientToken: clientToken,', 'ClientToken: crypto.randomUUID() || clientToken,']],
    seed: 1,
    minutes: 0.2,
  },
  {
    name: 'the retries of the SDK are on',
    file: 'activities/aws/clients.ts',
    replace: [['maxAttempts: 1,', 'maxAttempts: 3,']],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'a token from the run ID',
    file: 'workflows/account/state.ts',
    replace: [['clientToken(workflowInfo().workflowId', 'clientToken(workflowInfo().runId']],
    seed: 1,
    minutes: 0.2,
  },
  {
    name: 'a Conflict is retried',
    file: 'contract/failures/table.ts',
    replace: [
      [
        "types: ['ConflictException'],\n    retry: 'stop'",
        "types: ['ConflictException'],\n    retry: 'backOff'",
      ],
    ],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'no reconciling',
    file: 'workflows/account/create-or-reconcile.ts',
    replace: [
      [
        'await reconcile(run, outcome.failure, conflicts)',
        'await Promise.resolve<Instance | undefined>(undefined)',
      ],
    ],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'no next generation',
    file: 'workflows/account/provision.ts',
    replace: [
      [
        '          state.giveUpToken(outcome.failure);',
        '          if (state.generation > 0) throw outcome.failure;',
      ],
    ],
    seed: 1,
    minutes: 0.5,
  },
  {
    name: 'a cancel without a look-up',
    file: 'workflows/account/roll-back.ts',
    replace: [
      [
        'await findOwn(run) : undefined);\n  if (instance !== undefined &&',
        'await Promise.resolve<Instance | undefined>(undefined) : undefined);\n  if (instance !== undefined &&',
      ],
      ['of state.lostCalls)', 'of state.lostCalls.slice(9))'],
    ],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'adoption without a look at the owner',
    file: 'activities/aws/sso-admin.ts',
    replace: [['ownerAccountId === accountId', 'ownerAccountId !== undefined']],
    seed: 1,
    minutes: 0.5,
  },
  {
    name: 'adoption without a look at the tag',
    file: 'activities/instance/find.ts',
    replace: [
      ['ours = tags.get(WORKFLOW_ID_TAG) === input.workflowId', 'ours = tags.get(WORKFLOW_ID_TAG) !== " "'],
    ],
    seed: 1,
    minutes: 0.5,
  },
  {
    name: "an earlier run's instance is deleted",
    file: 'workflows/account/roll-back.ts',
    replace: [["if (instance.origin !== 'thisRun')", "if (instance.origin === 'adopted')"]],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'a late attempt sends all the same',
    file: 'activities/attempt-deadline.ts',
    replace: [
      ['if (left <= 0) throw', 'if (left <= 0) return 10_000; if (left === 0) throw'],
      ['if (thawedAt() > began) throw', 'if (thawedAt() === Infinity) throw'],
      ['if (!(await clocks.isAwaited())) throw', 'if (!(await Promise.resolve(true))) throw'],
    ],
    // Workers are frozen for long, early.
    seed: 71,
    minutes: 1.5,
  },
  {
    name: 'a cancelled fleet does not wait for its runs',
    file: 'workflows/fleet/account-run.ts',
    replace: [
      [
        'ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED',
        'ChildWorkflowCancellationType.TRY_CANCEL',
      ],
    ],
    seed: 3,
    minutes: 1,
  },
  {
    name: 'a cancelled fleet cancels the runs that it joined',
    file: 'workflows/fleet/account-run.ts',
    replace: [
      [
        'const followed = await follow();',
        `const followed = await follow().catch(async (error: unknown) => {
      const joined = getExternalWorkflowHandle(workflowIdOf(request.accountId));
      if (isCancellation(error)) await CancellationScope.nonCancellable(() => joined.cancel());
      throw error;
    });`,
      ],
    ],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'a page forgets the account that it tries again',
    file: 'workflows/fleet/page-state.ts',
    replace: [['this.waiting.push(index);', 'if (index < 0) this.waiting.push(index);']],
    seed: 2365,
    minutes: 0.5,
  },
  {
    name: 'what is done is done again',
    file: 'workflows/fleet/account-run.ts',
    replace: [
      [
        'let reuse: WorkflowIdReusePolicy = WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY',
        'let reuse: WorkflowIdReusePolicy = WorkflowIdReusePolicy.ALLOW_DUPLICATE',
      ],
    ],
    seed: 1,
    minutes: 0.5,
  },
  {
    name: 'reports of a page of an earlier fleet count',
    file: 'workflows/fleet/live-pages.ts',
    replace: [['pageId !== this.link', 'pageId === "" && pageId !== this.link']],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'a pause keeps no write back',
    file: 'workflows/account/interruptible.ts',
    replace: [
      ['condition(() => !this.status.paused || this.isAborted)', 'condition(() => this.pausedMs >= 0)'],
    ],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'an abort is forgotten',
    file: 'workflows/account/interruptible.ts',
    replace: [['if (this.abortReason !== undefined) throw', "if (this.abortReason === '') throw"]],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'the name is left out of later attempts',
    file: 'activities/instance/create.ts',
    replace: [
      ['import { ApplicationFailure,', 'import { activityInfo, ApplicationFailure,'],
      ['Name: name,', 'Name: activityInfo().attempt > 1 ? undefined : name,'],
    ],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'a correction is dropped by the next look',
    file: 'workflows/account/state.ts',
    replace: [['this.correction = { ...this.correction, ...correction };', 'this.correction = undefined;']],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: '`keep` deletes',
    file: 'workflows/account/roll-back.ts',
    replace: [
      ["state.request.onCancel === 'keep' ?", "state.request.onCancel === 'keep' && state.isUnsent ?"],
    ],
    seed: 1,
    minutes: 0.5,
  },
  {
    name: 'deprovision without a look at the tag',
    file: 'workflows/account/deprovision.ts',
    replace: [
      [
        'instanceArn === undefined ? mayBeDeleted',
        'instanceArn === undefined ? mayBeDeleted || found.region',
      ],
    ],
    seed: 1,
    minutes: 0.7,
  },
  {
    name: 'a signal without an argument fails the workflow task',
    file: 'workflows/shared/handlers.ts',
    replace: [
      [
        'const message = read(argument);',
        'const { length: _ } = argument as string;\n    const message = read(argument);',
      ],
    ],
    seed: 1,
    minutes: 0.2,
  },
  {
    name: 'a page that is gone is waited for',
    file: 'workflows/fleet/live-pages.ts',
    replace: [
      [
        'private onPageLost(number: number, what: string): void {',
        'private onPageLost(number: number, what: string): void {\n    if (this.areCancelled) return;',
      ],
    ],
    // Its first page is terminated after the cancel.
    seed: 4,
    minutes: 0.2,
  },
  {
    name: 'the window is not kept',
    file: 'workflows/fleet/page-state.ts',
    replace: [['busy < this.window', 'busy <= this.window']],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'a transient name is taken as final',
    file: 'activities/errors/classify.ts',
    replace: [
      ['httpStatus >= 500 || httpStatus === 408', 'httpStatus >= 500'],
      ['&& httpStatus !== 408', '&& httpStatus !== 409'],
      ["if (awsName !== undefined && TRANSIENT_NAME.test(awsName)) return 'answerLost';", ''],
      ['&& !isTransientError(asSdkError(error))', '&& isTransientError !== undefined'],
    ],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'a throttling name is taken as final',
    file: 'activities/errors/classify.ts',
    replace: [['isThrottlingError(asSdkError(error)) ||', 'isThrottlingError === undefined ||']],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'a lost answer is taken as nothing sent',
    file: 'activities/errors/classify.ts',
    replace: [
      [
        "return isRefusal(error) ? 'refused' : 'answerLost';",
        "return isRefusal(error) ? 'refused' : 'nothingSent';",
      ],
    ],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'nothing sent counts as outstanding',
    file: 'activities/errors/classify.ts',
    replace: [
      ["wasNothingSent(thrown)) return 'nothingSent'", "wasNothingSent(thrown)) return 'answerLost'"],
    ],
    // Nothing else goes wrong meanwhile.
    seed: 99,
    minutes: 0.2,
  },
  {
    name: 'a ValidationException is retried',
    file: 'contract/failures/table.ts',
    replace: [
      [
        "types: ['ValidationException', 'ValidationError'],\n    retry: 'stop'",
        "types: ['ValidationException', 'ValidationError'],\n    retry: 'backOff'",
      ],
    ],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'an audit takes for done what is gone',
    file: 'activities/audit/audit-account.ts',
    replace: [
      [
        'if (instance === undefined) return absent(known);',
        "if (instance === undefined) return expected ? { findings: ['inOrder'], why: '' } : absent(known);",
      ],
    ],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'an audit loses what is to be as an earlier run asked',
    file: 'workflows/audit/state.ts',
    replace: [
      [
        'carried.missing.asBefore.push({ ...startAs, accountId });',
        'carried.missing.asBefore = [{ ...startAs, accountId }];',
      ],
    ],
    seed: 1,
    minutes: 0.3,
  },
  {
    name: 'a receiver is tried once',
    file: 'workflows/announcements/announce-run.ts',
    replace: [["retry: { initialInterval: '5s', maximumInterval: '5m' }", 'retry: { maximumAttempts: 1 }']],
    seed: 1,
    minutes: 0.3,
  },
];
