import { setTimeout as sleep } from 'node:timers/promises';
import { FleetHeldError, NoRunError, type AuditReport, type IdentityCenterClient } from '../../client';
import { isUnreadable, readOrReason, retryWhileAway } from '../actions';
import type { Machine } from '../machine/machine';
import type { Audited, AuditEvidence } from './evidence';

/** What an account is asked for of which no run is known, as where nothing was ever started. */
const RULES = { defaults: { region: 'eu-west-1', tags: { team: 'chaos' } } };
const KILL_AFTER_MS = 400;

/** Has the organization audited when nothing is broken any more: what is missing is started, and looked at again. */
export async function playAudits(
  machine: Machine,
  accounts: readonly string[],
  workers: number,
): Promise<AuditEvidence> {
  const { client, emulator } = machine;
  const evidence: AuditEvidence = { accounts: [...accounts], spent: [] };
  emulator.setOrganization({ accounts: accounts.map((id) => ({ id })) });
  const instances = () => emulator.instances();
  const audited = async (start: boolean): Promise<Audited> => {
    const there = instances();
    return { instances: there, report: await audit(client, start) };
  };
  const read = await readOrReason(async () => {
    const [first] = await Promise.all([audited(true), killEach(machine, workers)]);
    evidence.first = first;
    const fleet = first.report.started?.fleet;
    if (fleet !== undefined) await endOf(client, fleet);
    evidence.second = await audited(false);
    evidence.spent = await spentOf(client, first.report);
    return {};
  });
  return isUnreadable(read) ? { ...evidence, ...read } : evidence;
}

async function audit(client: IdentityCenterClient, start: boolean): Promise<AuditReport> {
  const name = start ? 'starts' : 'looks';
  const started = await retryWhileAway(() => client.audits.start({ name, rules: RULES, start }));
  return retryWhileAway(() => client.audits.result(started));
}

/** Kills the workers, one after the other. */
async function killEach(machine: Machine, workers: number): Promise<void> {
  for (let worker = 0; worker < workers; worker += 1) {
    await sleep(KILL_AFTER_MS);
    await machine.inject({ type: 'killWorker', worker });
  }
}

/** Waits until a fleet has ended, or only waits for a person. */
async function endOf(client: IdentityCenterClient, fleet: string): Promise<void> {
  try {
    await retryWhileAway(() => client.fleets.result(fleet));
  } catch (error) {
    if (!(error instanceof FleetHeldError)) throw error;
  }
}

/** Lists the accounts whose run could not make an instance, as every token of theirs is that of one that was deleted. */
async function spentOf(client: IdentityCenterClient, { found }: AuditReport): Promise<string[]> {
  const spent: string[] = [];
  for (const { accountId, startAs } of found) {
    if (startAs === undefined) continue;
    const situation = await retryWhileAway(async () => {
      try {
        return (await client.status(accountId)).failure?.situation;
      } catch (error) {
        if (error instanceof NoRunError) return undefined;
        throw error;
      }
    });
    if (situation === 'generationsExhausted') spent.push(accountId);
  }
  return spent;
}
