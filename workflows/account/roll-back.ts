import { ApplicationFailure } from '@temporalio/workflow';
import { describeFailure, milliseconds } from '../../contract';
import { failureOf, situationOf } from '../shared/failure';
import { findOwn } from './create-or-reconcile';
import type { Run } from './state';
import type { Target } from './activities';

/**
 * Does what `onCancel` says with the instance that a cancelled run made, and with no other. Throws `RollBackFailed`, which
 * names what is left and how to remove it.
 */
export async function rollBack(run: Run): Promise<void> {
  const { request, journal } = run;
  const keep = request.onCancel === 'keep';
  try {
    if (run.target === undefined && run.answerOutstanding) {
      journal.enter(keep ? 'reconciling' : 'rollingBack');
      const own = (await findOwn(run)) ?? (run.answerLost && !keep ? await askOnceMore(run) : undefined);
      if (own !== undefined) run.goOnWith(own);
    }
    const { target } = run;
    if (target === undefined) {
      if (keep && run.answerLost)
        journal.note('no instance is to be found, but CreateInstance was not answered and may yet make one');
      return;
    }
    if (keep) {
      journal.note(`${nameOf(target)} is left, as onCancel is "keep"`);
    } else if (target.adopted) {
      journal.note(`${nameOf(target)} is left: it was adopted, not made by this run`);
    } else {
      journal.enter('rollingBack');
      const outcome = await run.steps.deleteInstance(target, run.startedAt);
      journal.note(
        outcome === 'gone'
          ? `${nameOf(target)} was deleted`
          : `${nameOf(target)} is left: it is older than this run`,
      );
      if (outcome === 'gone') run.forgetTarget();
    }
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    // An account that lets nobody in has not let CreateInstance in either.
    if (run.target === undefined && situationOf(error) === 'accountNotReady') return;
    if (keep) {
      journal.note(`whether CreateInstance made an instance is not known (${error.message}); it is left`);
      return;
    }
    throw whatIsLeft(run, error);
  }
}

/**
 * A call that was lost may be carried out after every look. Only its token leaves no doubt: AWS answers with what the call
 * made, or makes now what is then deleted.
 */
async function askOnceMore(run: Run): Promise<Target | undefined> {
  try {
    return await run.createInstance(run.steering.now() + milliseconds(run.request.timing.createTimeout));
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || situationOf(error) === 'createTimeout') throw error;
    // AWS has answered: it makes none now, and what it made before shows.
    return findOwn(run);
  }
}

function whatIsLeft({ target, request }: Run, error: ApplicationFailure): ApplicationFailure {
  const { accountId, region } = request;
  const [left, remedy] =
    target === undefined
      ? [
          `what CreateInstance may have made in ${region}`,
          `Look for it with: aws sso-admin list-instances --region ${region} (with credentials of account ${accountId})`,
        ]
      : [
          nameOf(target),
          `Delete it with: aws sso-admin delete-instance --instance-arn ${target.instanceArn} --region ${target.region} (with credentials of account ${accountId})`,
        ];
  // Of what kept it from being removed the cause is said, not what to do about it: that would be a second next step.
  const why = describeFailure(error).whatHappened;
  return failureOf('rollBackFailed', accountId, `${left} is left: ${why}`, error, remedy);
}

function nameOf({ instanceArn, region }: { instanceArn: string; region: string }): string {
  return `${instanceArn} in ${region}`;
}
