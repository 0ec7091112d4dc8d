"""Gives one AWS account its IAM Identity Center instance, and waits for it: starts the run of the account, or joins it.

    pip install temporalio
    python provision.py '{"accountId": "111122223333", "region": "eu-west-1"}'

The result goes to stdout as JSON, all else to stderr. Exit code: 0 the instance is ACTIVE; 1 the run failed; 2 the request
is wrong, or another one is open; 3 held for a person, or still running; 4 cancelled; 5 Temporal or its worker does not
answer. After 3 and 5 the run is still there: the same command joins it.

Connects as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_... or TEMPORAL_PROFILE say.
"""

import asyncio
import json
import os
import sys
import time
from datetime import timedelta

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.service import RPCError, RPCStatusCode

TASK_QUEUE = os.environ.get("IDENTITY_CENTER_TASK_QUEUE", "identity-center")
# How long this job waits for the run, and how long for a worker that does not answer; in seconds.
TIMEOUT = float(os.environ.get("PROVISION_TIMEOUT", "3600"))
WORKER_TIMEOUT = float(os.environ.get("PROVISION_WORKER_TIMEOUT", "120"))
LOOK_EVERY = 5


class Stop(Exception):
    """Ends the job: an exit code, and what to tell."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


async def connect() -> Client:
    try:
        return await Client.connect(**ClientConfig.load_client_connect_config())
    except Exception as error:
        raise Stop(5, f"Temporal is not reachable: {error}. Check TEMPORAL_ADDRESS and the keys.") from error


async def ensure(client: Client, request: dict) -> WorkflowHandle:
    """Starts the run of the account, or joins the open one. The run itself refuses a request that differs from its own."""
    while True:
        start = WithStartWorkflowOperation(
            "provisionIdentityCenter",
            request,
            id=f"identity-center/{request.get('accountId')}",
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        try:
            answer = client.execute_update_with_start_workflow("ensure", request, start_workflow_operation=start)
            await asyncio.wait_for(answer, WORKER_TIMEOUT)
            return await start.workflow_handle()
        except WorkflowUpdateFailedError as error:
            raise Stop(2, f"Refused: {getattr(error.cause, 'message', error)}") from error
        except (asyncio.TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            raise no_worker() from error
        except RPCError as error:
            # The open run has ended in between: the next call starts a new one.
            if error.status != RPCStatusCode.NOT_FOUND:
                raise Stop(5, f"Temporal does not answer: {error}") from error


async def wait(run: WorkflowHandle) -> dict:
    """Waits for the end of the run, or for what only a person can end."""
    result = asyncio.ensure_future(run.result())
    began = heard = time.monotonic()
    shown = None
    while not (await asyncio.wait({result}, timeout=LOOK_EVERY if shown else 0.5))[0]:
        try:
            progress = await run.query("progress", rpc_timeout=timedelta(seconds=10))
            heard = time.monotonic()
        except RPCError as error:
            if time.monotonic() - heard > WORKER_TIMEOUT:
                raise no_worker() from error
            continue
        if progress["stage"] != shown:
            shown = progress["stage"]
            say(f"{shown} since {progress['since']}")
        if shown == "held":
            failure = progress["failure"]
            raise Stop(
                3,
                f"Held until {progress['heldUntil']}: {failure['whatHappened']}\n"
                f"Next step: {failure.get('remedy')}\n"
                f"AWS request ID: {failure.get('awsRequestId', 'none')}\n"
                f"Then: temporal workflow signal --workflow-id {run.id} --name retry; and run this job again.",
            )
        if time.monotonic() - began > TIMEOUT:
            raise Stop(3, f"Still running after {TIMEOUT:.0f} s, in stage {shown}. Run this job again to wait for more.")
    try:
        return result.result()
    except WorkflowFailureError as error:
        cause = error.cause
        if isinstance(cause, CancelledError):
            raise Stop(4, f"The run {run.id} was cancelled.") from error
        if not isinstance(cause, ApplicationError):
            raise Stop(1, f"The run {run.id} failed: {cause}. Run this job again: it goes on with what is there.") from error
        details = cause.details[0] if cause.details else {}
        raise Stop(
            1,
            f"Failed ({cause.type}, {details.get('situation')}): {cause.message}\n"
            f"AWS request ID: {details.get('awsRequestId', 'none')}",
        ) from error


def no_worker() -> Stop:
    return Stop(
        5,
        f"No worker has answered on task queue {TASK_QUEUE} for {WORKER_TIMEOUT:.0f} s. Start one (identity-center worker): "
        "the run goes on by itself. Then run this job again to wait for it.",
    )


async def main() -> int:
    try:
        request = json.loads(sys.argv[1])
        print(json.dumps(await wait(await ensure(await connect(), request))))
        return 0
    except (IndexError, ValueError, AttributeError):
        say('Usage: provision.py \'{"accountId": "111122223333", "region": "eu-west-1"}\'')
        return 2
    except Stop as stop:
        say(str(stop))
        return stop.code


if __name__ == "__main__":
    ended = asyncio.new_event_loop().run_until_complete(main())
    # At once, past Python's own clean-up: with a call still open, threads of Temporal's SDK can make that hang or abort.
    sys.stdout.flush()
    os._exit(ended)
