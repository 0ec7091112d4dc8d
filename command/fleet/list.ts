import type { FleetStage, FleetSummary } from '../../client';
import { defined, isOpenStatus, utc } from '../../contract';
import { EXIT } from '../exit-codes';
import { pc, print, printJson, printTable } from '../output';
import { grouped } from '../words';
import { withClient, type CommonOptions } from '../with-client';

/** Lists the fleets that Temporal knows, of each name the latest. */
export async function list({
  json,
  stage,
  failed,
}: CommonOptions & { stage?: FleetStage; failed?: boolean }): Promise<number> {
  return withClient(async (client) => {
    const fleets: FleetSummary[] = [];
    for await (const fleet of client.fleets.list(defined({ stage, failed }))) fleets.push(fleet);
    if (json) printJson({ fleets });
    else if (fleets.length === 0) print('No fleets.');
    else {
      printTable(
        ['Fleet', 'Stage', 'Accounts', 'Succeeded', 'Failed', 'Held', 'Started', 'Ended', 'Causes'],
        fleets.map(cells),
      );
      if (fleets.some(({ causes = [], holds = [] }) => causes.length + holds.length > 0))
        print('\nWhat to do about the causes of one: identity-center fleet status <name>');
    }
    return EXIT.done;
  });
}

function cells({ name, status, stage, counts, startedAt, endedAt, ...why }: FleetSummary): string[] {
  const { accounts, succeeded, failed, held } = counts ?? {};
  const count = (value: number | undefined) => (value === undefined ? '?' : grouped(value));
  return [
    name,
    describeStage(status, stage),
    count(accounts),
    count(succeeded),
    failed !== undefined && failed > 0 ? pc.red(count(failed)) : count(failed),
    held !== undefined && held > 0 ? pc.yellow(count(held)) : count(held),
    utc(startedAt),
    endedAt === undefined ? '' : utc(endedAt),
    describeCauses(why),
  ];
}

/** Names why accounts are held and have failed; `fleet status` has the next steps. */
function describeCauses({
  holds = [],
  causes = [],
  notice,
}: Pick<FleetSummary, 'holds' | 'causes' | 'notice'>): string {
  return [
    ...holds.map(({ count, type, heldUntil }) => `${grouped(count)} held: ${type}, until ${utc(heldUntil)}`),
    ...causes.map(({ count, type }) => `${grouped(count)} failed: ${type}`),
    ...(notice === undefined ? [] : [notice]),
  ].join('; ');
}

/** Says where a fleet stands. A terminated one stays in the stage that it had, so its end is told by Temporal's status. */
function describeStage(status: string, stage: FleetStage | undefined): string {
  if (!['RUNNING', 'COMPLETED', 'CANCELLED'].includes(status)) return pc.red(status.toLowerCase());
  return stage ?? (isOpenStatus(status) ? 'open, no worker answers' : status.toLowerCase());
}
