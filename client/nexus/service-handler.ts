import { getClient, operationInfo } from '@temporalio/nexus';
import type { Client } from '@temporalio/client';
import { serviceHandler, type ServiceHandler } from 'nexus-rpc';
import {
  readStatusRequest,
  type DeprovisionRequest,
  type DeprovisionRequestInput,
  type DeprovisionResult,
  type ProvisionRequest,
  type ProvisionRequestInput,
  type ProvisionResult,
  type StatusRequest,
} from '../../contract';
import { identityCenterService } from '../../contract/nexus';
import { InvalidRequestError } from '../errors';
import { DEPROVISION, PROVISION, RunStarter } from '../account/start-or-join';
import { readStatus } from '../account/status';
import { answerOrRefuse } from './handler-errors';
import { runOperation } from './run-operation';

type Operations = (typeof identityCenterService)['operations'];

/**
 * Makes what answers the operations of the Nexus service `IdentityCenter`, for a worker that has the workflows: `provision`
 * and `deprovision` start the run of an account on the task queue of that worker, or join its open run, as the client does.
 */
export function createServiceHandler(): ServiceHandler<Operations> {
  // It keeps in mind which search attributes the namespace knows. A worker whose keys were renewed has another client.
  const starters = new WeakMap<Client, RunStarter>();
  const starter = () => {
    const client = getClient();
    const known = starters.get(client) ?? new RunStarter(client, operationInfo().taskQueue);
    starters.set(client, known);
    return known;
  };
  return serviceHandler(identityCenterService, {
    provision: runOperation<ProvisionRequest, ProvisionRequestInput, ProvisionResult>(PROVISION, starter),
    deprovision: runOperation<DeprovisionRequest, DeprovisionRequestInput, DeprovisionResult>(
      DEPROVISION,
      starter,
    ),
    status: (_context, input: StatusRequest) =>
      answerOrRefuse(input, async () => {
        const read = readStatusRequest(input);
        if ('problems' in read) throw new InvalidRequestError(read.problems);
        return readStatus(getClient(), read.request.accountId);
      }),
  });
}
