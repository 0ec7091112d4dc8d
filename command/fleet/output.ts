import type { FleetStatus } from '../../client';
import { describeFleetStage, isOpenStatus, utc } from '../../contract';
import { printGroups } from '../causes';
import { pc, print, printRows, type Row } from '../output';
import { describeCalls, grouped } from '../words';

/** Prints a status as a person reads it. */
export function printFleet(status: FleetStatus, callsPerSecond?: number, uiUrl?: string): void {
  const { pages, accounts, succeeded, failed, skipped, cancelled, waiting, open, held, notReady, differing } =
    status;
  const lacks = pages.expected - pages.arrived;
  printRows([
    ['Fleet', status.name],
    ['Stage', describeStage(status)],
    [
      'Accounts',
      `${accounts}: ${succeeded} succeeded, ${failed} failed, ${cancelled} cancelled, ${skipped} skipped`,
    ],
    [
      'Under way',
      waiting + open > 0 &&
        `${open} open${describeAside(status)}, ${waiting} waiting, ${status.maxConcurrent} at once`,
    ],
    ['Calls', status.calls.sent > 0 && describeCalls(status.calls)],
    [
      'Rate',
      callsPerSecond !== undefined &&
        `${callsPerSecond} calls a second at the most, for all runs of the task queue`,
    ],
    ['Started', utc(status.startedAt)],
    ['Ended', status.endedAt && utc(status.endedAt)],
    ['Run', status.workflowId],
    ['In the UI', uiUrl],
    [
      'Note',
      lacks > 0 &&
        pc.yellow(
          `${lacks} of ${pages.expected} pages of the manifest have not arrived: start it again to send them`,
        ),
    ],
    ...(status.notes ?? []).map((text): Row => ['Noted', text]),
  ]);
  if (differing > 0)
    print(
      pc.yellow(
        `${differing} differ: their instances are not what was asked for, and stay as they are. Which, and how: identity-center fleet report ${status.name} --format csv`,
      ),
    );
  if (held > 0)
    print(
      pc.yellow(
        `${held} held: they wait for a person. All of them: identity-center list --stage held --fleet ${status.name}. Once the cause is removed: identity-center fleet retry ${status.name}`,
      ),
    );
  if (notReady > 0)
    print(
      pc.yellow(
        `${notReady} not ready: AWS does not let the worker into the account yet, and their runs ask again. They take no place of others meanwhile.`,
      ),
    );
  printCauses(status);
}

/** Names the open accounts that have given their place to others. */
function describeAside({ held, notReady }: FleetStatus): string {
  const aside = [held > 0 && `${held} held`, notReady > 0 && `${notReady} not ready`].filter(Boolean);
  return aside.length > 0 ? ` (${aside.join(', ')})` : '';
}

/** Says where a fleet stands. A terminated one stays in the stage that it had, so its end is told by Temporal's status. */
function describeStage(fleet: FleetStatus): string {
  const { status, stage } = fleet;
  return ['RUNNING', 'COMPLETED', 'CANCELLED'].includes(status)
    ? `${stage}: ${describeFleetStage(fleet)}`
    : pc.red(`${status.toLowerCase()}, when it was ${stage}`);
}

function printCauses({ name, status, causes, holds }: FleetStatus): void {
  printGroups([
    ...holds.map((hold) => ({
      ...hold,
      title: pc.yellow(`${grouped(hold.count)} held: ${hold.type}; the first until ${utc(hold.heldUntil)}`),
    })),
    ...causes.map((cause) => ({ ...cause, title: pc.red(`${grouped(cause.count)} failed: ${cause.type}`) })),
  ]);
  if (causes.length === 0) return;
  print();
  print(
    isOpenStatus(status)
      ? `Once a cause is removed: identity-center fleet retry ${name}. What the manifest says can be changed once the fleet has ended.`
      : 'Once a cause is removed, or the manifest corrected: identity-center fleet start <manifest>. What is done is not done again.',
  );
}
