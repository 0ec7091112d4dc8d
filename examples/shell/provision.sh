#!/usr/bin/env bash
# Gives one AWS account its IAM Identity Center instance, and waits for it: starts the run of the account, or joins it.
# Needs the Temporal CLI 1.4 or newer, and jq.
#
#   ./provision.sh '{"accountId": "111122223333", "region": "eu-west-1"}'
#
# The result goes to stdout as JSON, all else to stderr. Exit code: 0 the instance is ACTIVE; 1 the run failed; 2 the
# request is wrong, or another one is open; 3 held for a person, or still running; 4 cancelled; 5 Temporal or its worker
# does not answer. After 3 and 5 the run is still there: the same command joins it.
#
# Connects as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_... or TEMPORAL_PROFILE say.
set -euo pipefail

task_queue=${IDENTITY_CENTER_TASK_QUEUE:-identity-center}
# How long this job waits for the run, and how long for a worker that does not answer; in seconds.
timeout=${PROVISION_TIMEOUT:-3600}
worker_timeout=${PROVISION_WORKER_TIMEOUT:-120}
look_every=5

stop() {
  printf '%s\n' "$2" >&2
  exit "$1"
}

no_worker() {
  stop 5 "No worker has answered on task queue $task_queue for $worker_timeout s. Start one (identity-center worker): the run goes on by itself. Then run this job again to wait for it."
}

request=${1-}
id=identity-center/$(jq -er .accountId <<<"$request" 2>/dev/null) ||
  stop 2 "Usage: provision.sh '{\"accountId\": \"111122223333\", \"region\": \"eu-west-1\"}'"

# Starts the run, or joins the open one. The run itself refuses a request that differs from its own.
until said=$(temporal workflow execute-update-with-start --output json --command-timeout "${worker_timeout}s" \
  --type provisionIdentityCenter --workflow-id "$id" --task-queue "$task_queue" --input "$request" \
  --id-conflict-policy UseExisting --update-name ensure --update-input "$request" 2>&1); do
  case $said in
  *'(type: '*) stop 2 "Refused: ${said#*unable to update workflow: }" ;;
  *interrupted* | *'deadline exceeded'* | *'Timeout or cancellation'*) no_worker ;;
  # The open run has ended in between: the next call starts a new one.
  *'already completed'* | *'not found'*) ;;
  *'is paused'*) stop 2 "The run is paused in the Temporal server. It goes on with: temporal workflow unpause --workflow-id $id" ;;
  *) stop 5 "Temporal is not reachable: $said. Check TEMPORAL_ADDRESS and the keys." ;;
  esac
done
run=$(jq -r .runId <<<"$said")
heard=$SECONDS
shown=

# Waits for the end of the run, or for what only a person can end.
while :; do
  if progress=$(temporal workflow query --output json --command-timeout 10s --workflow-id "$id" --run-id "$run" --name progress 2>/dev/null); then
    heard=$SECONDS
    progress=$(jq '.queryResult[0]' <<<"$progress")
    stage=$(jq -r .stage <<<"$progress")
    if [ "$stage" != "$shown" ]; then jq -r '"\(.stage) since \(.since)"' <<<"$progress" >&2; fi
    shown=$stage
  elif [ $((SECONDS - heard)) -gt "$worker_timeout" ]; then
    no_worker
  fi
  case $shown in
  active | failed | cancelled) break ;;
  held)
    stop 3 "$(jq -r --arg id "$id" '"Held until \(.heldUntil): \(.failure.whatHappened)
Next step: \(.failure.remedy)
AWS request ID: \(.failure.awsRequestId // "none")
Then: temporal workflow signal --workflow-id \($id) --name retry; and run this job again."' <<<"$progress")"
    ;;
  esac
  # A run that was terminated is in no such stage.
  status=$(temporal workflow describe --output json --command-timeout 10s --workflow-id "$id" --run-id "$run" 2>/dev/null |
    jq -r .workflowExecutionInfo.status) || status=
  case $status in '' | *_RUNNING | *_PAUSED) ;; *) break ;; esac
  if [ "$SECONDS" -ge "$timeout" ]; then
    stop 3 "Still running after $timeout s, in stage $shown. Run this job again to wait for more."
  fi
  sleep "$look_every"
done

end=$(temporal workflow result --output json --command-timeout 60s --workflow-id "$id" --run-id "$run" 2>/dev/null) || true
case $(jq -r .status <<<"$end") in
COMPLETED) jq -c .result <<<"$end" ;;
CANCELED) stop 4 "The run $id was cancelled." ;;
FAILED)
  stop 1 "$(jq -r '.closeEvent.workflowExecutionFailedEventAttributes.failure
    | (.applicationFailureInfo.details[0] // {}) as $details
    | "Failed (\(.applicationFailureInfo.type), \($details.situation)): \(.message)
AWS request ID: \($details.awsRequestId // "none")"' <<<"$end")"
  ;;
*) stop 1 "The run $id has ended without a result: $(jq -r .status <<<"$end"). Run this job again: it goes on with what is there." ;;
esac
