#!/usr/bin/env bash
# Starts the runs that the events of a queue ask for, until it is empty, and waits for none: for a job that runs every few minutes,
# where neither a worker nor a function reads the queue. Needs the AWS CLI, jq and `identity-center`.
#
#   ./from-queue.sh https://sqs.eu-west-1.amazonaws.com/222222222222/identity-center rules.yaml
#
# Exit code: that of the worst event, as `identity-center start-from-event` has it. What could not be served comes again, and goes to
# the dead-letter queue in the end.
set -euo pipefail

queue=$1 rules=$2 worst=0
message=$(mktemp)
trap 'rm "$message"' EXIT

receive() {
  aws sqs receive-message --queue-url "$queue" --wait-time-seconds "${WAIT_TIME_SECONDS:-5}" --output json >"$message"
  # An empty queue says nothing at all.
  [ -s "$message" ]
}

while receive; do
  code=0
  identity-center start-from-event "$message" --rules "$rules" || code=$?
  # 1: the account could not be vended, which was told; there is nothing to try again.
  if [ "$code" -le 1 ]; then
    aws sqs delete-message --queue-url "$queue" --receipt-handle "$(jq -r '.Messages[0].ReceiptHandle' "$message")"
  fi
  if [ "$code" -gt "$worst" ]; then worst=$code; fi
done
exit "$worst"
