import { ParentClosePolicy, proxyLocalActivities, startChild } from '@temporalio/workflow';
import type { SearchAttributePair } from '@temporalio/common';
import type { Activities } from '../../activities';
import {
  ADD_PAGE_SIGNAL,
  FLEET_WORKFLOW,
  fleetIdOf,
  paginate,
  searchAttributesOfFleet,
  type AuditRequest,
  type AuditResult,
  type FleetPage,
  type FleetRequestInput,
} from '../../contract';
import { refuseArgument } from '../shared/argument';
import type { AuditState } from './state';

const { listSearchAttributes } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '3s',
  retry: { maximumAttempts: 1 },
});

/** Starts what is missing by a fleet, which goes on when the audit has ended. */
export async function startMissing(
  state: AuditState,
  { name, maxConcurrent }: AuditRequest,
): Promise<AuditResult['started']> {
  const pages = paginate(state.requests(), (index, message) =>
    refuseArgument([{ field: `accounts.${index}`, message }], 'audit again'),
  );
  const { startedAt } = state.carried;
  const fleet = `audit-${name}-${startedAt.slice(0, 19).replaceAll(/[^0-9T]/g, '')}`;
  const request: FleetRequestInput = { name: fleet, pages: pages.length, maxConcurrent };
  const handle = await startChild(FLEET_WORKFLOW, {
    workflowId: fleetIdOf(fleet),
    args: [request],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `fleet ${fleet}`,
    typedSearchAttributes: await searchAttributesOf(fleet),
  });
  for (const [page, accounts] of pages.entries())
    await handle.signal<[FleetPage]>(ADD_PAGE_SIGNAL, { page, accounts });
  return { fleet, accounts: state.startable };
}

/** Those that the namespace has: the server refuses to start a workflow with any other. */
async function searchAttributesOf(fleet: string): Promise<SearchAttributePair[]> {
  const listed = await listSearchAttributes().catch((): string[] => []);
  return searchAttributesOfFleet(fleet).filter(({ key }) => listed.includes(key.name));
}
