import { workflowInfo } from '@temporalio/workflow';
import {
  diffRequests,
  fleetNameOf,
  fleetOfPage,
  nameAsker,
  oneLine,
  readRequest,
  summaryOf,
  type ProvisionRequest,
} from '../../contract';
import { starter } from '../shared/starter';

const LONGEST = 400;

/** The name of the fleet that a run is part of. */
export function fleetName(): string | undefined {
  const { parent } = workflowInfo();
  return parent === undefined ? undefined : fleetNameOf(fleetOfPage(parent.workflowId).fleetId);
}

/** Says who asked: a fleet, another workflow, or the client that started the run, as it names itself. */
export function askedBy(): string | undefined {
  return nameAsker(workflowInfo().parent?.workflowId, starter());
}

/** Says on one line what was asked: all that is not the default. */
export function describeRequest(request: ProvisionRequest): string {
  const { accountId, region } = request;
  const bare = readRequest({ accountId, region });
  const chosen = 'request' in bare ? diffRequests({ ...bare.request, name: request.name }, request) : [];
  const words = chosen.map(({ field, asked }) => `${field} ${String(asked)}`);
  return oneLine([summaryOf(request), ...words].join(', '), LONGEST);
}
