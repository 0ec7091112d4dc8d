import { setTimeout as sleep } from 'node:timers/promises';
import { listRuns, type AccountEvidence, type Outage } from './account/evidence';
import type { IdentityCenterClient } from '../client';
import { ANNOUNCE_WORKFLOW, type Announcement } from '../contract';
import type { Emulator } from '../sandbox';
import { isUnreadable, readOrReason } from './actions';
import type { AuditEvidence } from './audit/evidence';
import { playAudits } from './audit/play';
import { AccountPlayer, accountRequest } from './account/play';
import type { FleetEvidence } from './fleet/evidence';
import { FleetPlayer } from './fleet/play';
import { injectFaults, type FaultRecord, type Machine } from './machine/machine';
import type { Fault } from './machine/plan';
import { Patience } from './patience';
import type { Plan } from './plan';

/** Nothing ends for so long only where nothing will: workers may be frozen for 45 s, one after the other. */
const STILL_MS = 240_000;
/** An attempt that wakes late, or a page whose fleet was terminated, would show within this time. */
const LATE_MS = 3_000;

/** What keeps an answer from the run that waits for it. */
const OUTAGES: readonly Fault['type'][] = [
  'killWorker',
  'freezeWorker',
  'killServer',
  'killPart',
  'cutTemporal',
  'cutDatabase',
  'upgradeServer',
];

/** What came of a plan. */
export interface Outcome {
  accounts: AccountEvidence[];
  fleets: FleetEvidence[];
  audits: AuditEvidence;
  faults: FaultRecord[];
}

/** Carries out a plan, and waits until everything that it has begun has ended. */
export async function play(plan: Plan, machine: Machine, lengthMs: number): Promise<Outcome> {
  const { client, emulator } = machine;
  const patience = new Patience(lengthMs, STILL_MS);
  const requests = new Map(plan.accounts.map((account) => [account.accountId, accountRequest(account)]));
  const request = (accountId: string) => requests.get(accountId) ?? { accountId, region: '' };
  const players = plan.accounts.map((account) => new AccountPlayer(client, emulator, account));
  const fleetPlayers = plan.fleets.map((fleet) => new FleetPlayer(client, fleet, request));
  const settleAll = () => Promise.all(players.map((player) => player.settle(patience)));
  const injecting = injectFaults(plan.faults, machine);
  await withProgress(
    [...players, ...fleetPlayers].map((player) => player.play(patience)),
    patience,
  );
  await settleAll();
  const faults = await injecting;
  await sleep(LATE_MS);
  await settleAll();
  const fleets = await Promise.all(fleetPlayers.map((player) => player.record()));
  await announcementsEnd(client, patience);
  const announced = announcedIn(emulator);
  const outages = [...outagesIn(faults), ...machine.ownEnds];
  const listed = await readOrReason(() => listRuns(client));
  const accounts = await Promise.all(
    players.map(async (player): Promise<AccountEvidence> => {
      const played = await player.record(listed);
      const { accountId } = played.plan;
      return {
        ...played,
        fleetActions: actionsOnFleets(accountId, fleets),
        calls: emulator.calls({ account: accountId }),
        instances: emulator.instances({ account: accountId, deleted: true }),
        announced: announced.filter(({ data }) => data.accountId === accountId),
        outages,
      };
    }),
  );
  // What is done from here on is none of the evidence above.
  const audits = await playAudits(
    machine,
    accounts.map(({ plan: { accountId } }) => accountId),
    plan.clocks.length,
  );
  return { accounts, fleets: fleets.map((fleet) => withAccounts(fleet, accounts)), audits, faults };
}

/** Waits until the receiver has everything: after a while in which it was broken it is told with growing pauses. */
async function announcementsEnd({ temporal }: IdentityCenterClient, patience: Patience): Promise<void> {
  const query = `WorkflowType = '${ANNOUNCE_WORKFLOW}' AND ExecutionStatus = 'Running'`;
  while (!patience.isOver) {
    const open = await readOrReason(async () => ({ count: (await temporal.workflow.count(query)).count }));
    if (!isUnreadable(open) && open.count === 0) return;
    await sleep(1_000);
  }
}

/** What the topic was given. */
function announcedIn(emulator: Emulator): Announcement[] {
  return emulator
    .calls({ operation: 'Publish' })
    .flatMap(({ outcome, sent }) =>
      outcome === 'ok' && sent !== undefined ? [JSON.parse(sent) as Announcement] : [],
    );
}

/** When each part that failed was out of order: until it is mended next. */
function outagesIn(faults: readonly FaultRecord[]): Outage[] {
  return faults.flatMap(({ at, fault, mended }, index) => {
    if (mended || !OUTAGES.includes(fault.type)) return [];
    const end = faults.slice(index).find((it) => it.mended && it.fault === fault);
    return [{ from: at, to: end?.at ?? '9' }];
  });
}

/** Waits for the work, and says from time to time how much is done. */
async function withProgress(work: Promise<void>[], patience: Patience): Promise<void> {
  const began = Date.now();
  let ended = 0;
  const progress = setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1000);
    console.log(`${seconds} s: ${ended} of ${work.length} accounts and fleets done`);
  }, 15_000);
  try {
    await Promise.all(
      work.map(async (it) => {
        await it;
        ended += 1;
        patience.renew();
      }),
    );
  } finally {
    clearInterval(progress);
  }
}

function actionsOnFleets(
  accountId: string,
  fleets: readonly Omit<FleetEvidence, 'accounts'>[],
): AccountEvidence['fleetActions'] {
  return fleets
    .filter(({ plan }) => plan.pages.flat().includes(accountId))
    .flatMap(({ plan, actions }) => actions.map((record) => ({ ...record, fleet: plan.name })));
}

function withAccounts(
  fleet: Omit<FleetEvidence, 'accounts'>,
  accounts: readonly AccountEvidence[],
): FleetEvidence {
  const ids = new Set(fleet.plan.pages.flat());
  const own = accounts.filter(({ plan }) => ids.has(plan.accountId));
  return { ...fleet, accounts: new Map(own.map((it) => [it.plan.accountId, it])) };
}
