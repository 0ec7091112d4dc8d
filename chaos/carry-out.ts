import { setTimeout as sleep } from 'node:timers/promises';
import type { PlayedDeed } from './deeds';
import type { FleetEvidence } from './fleet-oracle';
import type { WholePlan } from './fleet-plan';
import { FleetPlayer, type FleetPlayed } from './fleet-play';
import type { Machine } from './machine';
import type { Evidence } from './oracle';
import { Player, requestOf } from './play';
import type { Moment } from './report';

/** How long the last runs may take after the last mishap: several lost attempts of 25 s each. */
const SETTLE_MS = 240_000;
/** An attempt that wakes late, or a page whose fleet was terminated, would show within this time. */
const LATE_MS = 3_000;
const BREAKS = /^mishap .*(killWorker|freezeWorker|killServer)/;

/** What came of a plan. */
export interface Outcome {
  accounts: Evidence[];
  fleets: FleetEvidence[];
  /** Mishaps, and when they were mended. */
  moments: Moment[];
}

/** Carries out a plan, and waits until everything that it has begun has ended. */
export async function carryOut(plan: WholePlan, machine: Machine, lengthMs: number): Promise<Outcome> {
  const { client, emulator } = machine;
  const deadline = Date.now() + lengthMs + SETTLE_MS;
  const requests = new Map(plan.accounts.map((account) => [account.accountId, requestOf(account)]));
  const requestFor = (accountId: string) => requests.get(accountId) ?? { accountId, region: '' };
  const players = plan.accounts.map((account) => new Player(client, emulator, account));
  const fleetPlayers = plan.fleets.map((fleet) => new FleetPlayer(client, fleet, requestFor));
  const settleAll = () => Promise.all(players.map((player) => player.settle(deadline)));
  const moments: Moment[] = [];
  const breaking = breakParts(plan, machine, moments);
  await withProgress([...players, ...fleetPlayers].map((player) => player.play(deadline)));
  await settleAll();
  await breaking;
  await sleep(LATE_MS);
  await settleAll();
  const fleets = await Promise.all(fleetPlayers.map((player) => player.record()));
  const broken = moments.filter(({ what }) => BREAKS.test(what)).map(({ at }) => at);
  const accounts = await Promise.all(
    players.map(async (player): Promise<Evidence> => {
      const played = await player.record();
      const { accountId } = played.plan;
      return {
        ...{ ...played, broken, orders: ordersTo(accountId, fleets) },
        calls: emulator.calls({ account: accountId }),
        instances: emulator.instances({ account: accountId, deleted: true }),
      };
    }),
  );
  return { accounts, fleets: fleets.map((fleet) => withAccounts(fleet, accounts)), moments };
}

async function breakParts({ mishaps }: WholePlan, machine: Machine, moments: Moment[]): Promise<void> {
  await Promise.all(
    mishaps.map(async ({ at, mishap }) => {
      await sleep(at);
      const what = JSON.stringify(mishap);
      moments.push({ at: new Date().toISOString(), what: `mishap    ${what}` });
      await machine.suffer(mishap);
      moments.push({ at: new Date().toISOString(), what: `mended    ${what}` });
    }),
  );
}

async function withProgress(work: Promise<void>[]): Promise<void> {
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
      }),
    );
  } finally {
    clearInterval(progress);
  }
}

function ordersTo(accountId: string, fleets: FleetPlayed[]): PlayedDeed[] {
  return fleets
    .filter(({ plan }) => plan.pages.flat().includes(accountId))
    .flatMap(({ plan, deeds }) => deeds.map((it) => ({ ...it, deed: `${plan.name} ${it.deed}` })));
}

function withAccounts(fleet: FleetPlayed, accounts: Evidence[]): FleetEvidence {
  const ids = new Set(fleet.plan.pages.flat());
  const own = accounts.filter(({ plan }) => ids.has(plan.accountId));
  return { ...fleet, accounts: new Map(own.map((it) => [it.plan.accountId, it])) };
}
