"""Gives one AWS account its IAM Identity Center instance from a workflow of your own, in a namespace of your own, by Nexus.

    pip install temporalio
    python nexus_caller.py '{"accountId": "111122223333", "region": "eu-west-1"}'

The workflow calls the operation `provision` of the service `IdentityCenter`, which starts the run of the account or joins
it, and waits for its end; meanwhile nothing of this process is needed. Here the worker of the workflow and what starts it
are one process, for the sake of one file.

The result goes to stdout as JSON, all else to stderr. Exit code: 0 the instance is ACTIVE; 1 the run failed; 2 the request
is wrong, or another one is open; 4 cancelled; 5 Temporal does not answer.

Connects as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE (that of your workflows), TEMPORAL_API_KEY, TEMPORAL_TLS_... or
TEMPORAL_PROFILE say. IDENTITY_CENTER_NEXUS_ENDPOINT names the endpoint that leads to the workers of Identity Center.
"""

import asyncio
import json
import os
import sys

import nexusrpc
from temporalio import workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.service import RPCError
from temporalio.worker import Worker

ENDPOINT = os.environ.get("IDENTITY_CENTER_NEXUS_ENDPOINT", "identity-center")
TASK_QUEUE = "account-vending"


@nexusrpc.service
class IdentityCenter:
    """The service, as its JSON Schemas have it: provision-request.json and so on."""

    provision: nexusrpc.Operation[dict, dict]
    deprovision: nexusrpc.Operation[dict, dict]
    status: nexusrpc.Operation[dict, dict]


@workflow.defn(name="vendAccount")
class VendAccount:
    @workflow.run
    async def run(self, endpoint: str, request: dict) -> dict:
        identity_center = workflow.create_nexus_client(service=IdentityCenter, endpoint=endpoint)
        # To cancel this workflow cancels the run, for all who wait for it, and waits until it has cleaned up.
        return await identity_center.execute_operation(IdentityCenter.provision, request)


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def explain(error: WorkflowFailureError) -> int:
    """Says what the operation ended with: its causes are the refusal of the handler, or the failure of the run."""
    causes = [error.cause]
    while causes[-1] is not None:
        causes.append(causes[-1].__cause__)
    refused = any(isinstance(cause, nexusrpc.HandlerError) for cause in causes)
    for cause in causes:
        if isinstance(cause, CancelledError):
            say("The run was cancelled.")
            return 4
        if isinstance(cause, ApplicationError) and cause.details:
            details = cause.details[0]
            if refused:
                say(f"Refused: {cause.message}")
                return 2
            say(f"Failed ({cause.type}, {details.get('situation')}): {cause.message}")
            say(f"AWS request ID: {details.get('awsRequestId', 'none')}")
            return 1
    say(f"Failed: {error.cause}")
    return 1


async def main() -> int:
    try:
        request = json.loads(sys.argv[1])
        account = request["accountId"]
    except (IndexError, ValueError, KeyError, TypeError):
        say('Usage: nexus_caller.py \'{"accountId": "111122223333", "region": "eu-west-1"}\'')
        return 2
    try:
        client = await Client.connect(**ClientConfig.load_client_connect_config())
        async with Worker(client, task_queue=TASK_QUEUE, workflows=[VendAccount]):
            result = await client.execute_workflow(
                VendAccount.run,
                args=[ENDPOINT, request],
                id=f"vend-account/{account}",
                task_queue=TASK_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
    except WorkflowFailureError as error:
        return explain(error)
    except (RPCError, RuntimeError) as error:
        say(f"Temporal is not reachable: {error}. Check TEMPORAL_ADDRESS and the keys.")
        return 5
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    ended = asyncio.new_event_loop().run_until_complete(main())
    # At once, past Python's own clean-up, which threads of Temporal's SDK can make hang or abort.
    sys.stdout.flush()
    os._exit(ended)
