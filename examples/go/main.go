// Gives one AWS account its IAM Identity Center instance, and waits for it: starts the run of the account, or joins it.
//
//	go run . '{"accountId": "111122223333", "region": "eu-west-1"}'
//
// The result goes to stdout as JSON, all else to stderr. Exit code: 0 the instance is ACTIVE; 1 the run failed; 2 the
// request is wrong, or another one is open; 3 held for a person, or still running; 4 cancelled; 5 Temporal or its worker
// does not answer. After 3 and 5 the run is still there: the same command joins it.
//
// Connects as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_... or TEMPORAL_PROFILE say.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
)

const lookEvery = 5 * time.Second

var (
	taskQueue = setting("IDENTITY_CENTER_TASK_QUEUE", "identity-center")
	// How long this job waits for the run, and how long for a worker that does not answer; in seconds.
	timeout       = seconds("PROVISION_TIMEOUT", "3600")
	workerTimeout = seconds("PROVISION_WORKER_TIMEOUT", "120")
)

// stop ends the job: an exit code, and what to tell.
type stop struct {
	code    int
	message string
}

func (s *stop) Error() string { return s.message }

func stopf(code int, format string, values ...any) *stop {
	return &stop{code, fmt.Sprintf(format, values...)}
}

func noWorker() *stop {
	return stopf(5, "No worker has answered on task queue %s for %.0f s. Start one (identity-center worker): the run goes on by itself. Then run this job again to wait for it.", taskQueue, workerTimeout.Seconds())
}

// failure is what a hold shows and a failed run carries; all of it is in docs/contract.md.
type failure struct {
	Situation    string `json:"situation"`
	WhatHappened string `json:"whatHappened"`
	Remedy       string `json:"remedy"`
	AwsRequestID string `json:"awsRequestId"`
}

type progress struct {
	Stage     string  `json:"stage"`
	Since     string  `json:"since"`
	HeldUntil string  `json:"heldUntil"`
	Failure   failure `json:"failure"`
}

func main() {
	result, err := provision()
	if err == nil {
		fmt.Println(string(result))
		return
	}
	fmt.Fprintln(os.Stderr, err)
	var stopped *stop
	if errors.As(err, &stopped) {
		os.Exit(stopped.code)
	}
	os.Exit(5)
}

func provision() (json.RawMessage, error) {
	var request map[string]any
	if len(os.Args) != 2 || json.Unmarshal([]byte(os.Args[1]), &request) != nil {
		return nil, stopf(2, `Usage: provision '{"accountId": "111122223333", "region": "eu-west-1"}'`)
	}
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return nil, stopf(5, "The settings of Temporal cannot be read: %s", err)
	}
	options.Logger = log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	temporalClient, err := client.Dial(options)
	if err != nil {
		return nil, stopf(5, "Temporal is not reachable: %s. Check TEMPORAL_ADDRESS and the keys.", err)
	}
	defer temporalClient.Close()
	run, err := ensure(temporalClient, request)
	if err != nil {
		return nil, err
	}
	return wait(temporalClient, run)
}

// ensure starts the run of the account, or joins the open one. The run itself refuses a request that differs from its own.
func ensure(temporalClient client.Client, request map[string]any) (client.WorkflowRun, error) {
	ctx, cancel := context.WithTimeout(context.Background(), workerTimeout)
	defer cancel()
	for {
		start := temporalClient.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
			ID:                       fmt.Sprintf("identity-center/%v", request["accountId"]),
			TaskQueue:                taskQueue,
			WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		}, "provisionIdentityCenter", request)
		answer, err := temporalClient.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
			StartWorkflowOperation: start,
			UpdateOptions: client.UpdateWorkflowOptions{
				UpdateName:   "ensure",
				Args:         []any{request},
				WaitForStage: client.WorkflowUpdateStageCompleted,
			},
		})
		if err == nil {
			err = answer.Get(ctx, nil)
		}
		var refused *temporal.ApplicationError
		var ended *serviceerror.NotFound
		// The server may notice that the time is over before this process does.
		var late *client.WorkflowUpdateServiceTimeoutOrCanceledError
		switch {
		case err == nil:
			return start.Get(ctx)
		case errors.As(err, &refused):
			return nil, stopf(2, "Refused: %s", refused.Message())
		case ctx.Err() != nil || errors.As(err, &late):
			return nil, noWorker()
		// The open run has ended in between: the next call starts a new one.
		case !errors.As(err, &ended):
			return nil, stopf(5, "Temporal does not answer: %s", err)
		}
	}
}

// wait waits for the end of the run, or for what only a person can end.
func wait(temporalClient client.Client, run client.WorkflowRun) (json.RawMessage, error) {
	var result json.RawMessage
	ended := make(chan error, 1)
	go func() { ended <- run.Get(context.Background(), &result) }()
	began, heard, shown := time.Now(), time.Now(), ""
	pause := time.After(lookEvery / 10)
	for {
		select {
		case err := <-ended:
			return result, endOf(run, err)
		case <-pause:
			pause = time.After(lookEvery)
		}
		now, err := look(temporalClient, run)
		switch {
		case err != nil && time.Since(heard) > workerTimeout:
			return nil, noWorker()
		case err != nil:
			continue
		}
		heard = time.Now()
		if now.Stage != shown {
			shown = now.Stage
			fmt.Fprintf(os.Stderr, "%s since %s\n", shown, now.Since)
		}
		if shown == "held" {
			return nil, stopf(3, "Held until %s: %s\nNext step: %s\nAWS request ID: %s\nThen: temporal workflow signal --workflow-id %s --name retry; and run this job again.",
				now.HeldUntil, now.Failure.WhatHappened, now.Failure.Remedy, orNone(now.Failure.AwsRequestID), run.GetID())
		}
		if time.Since(began) > timeout {
			return nil, stopf(3, "Still running after %.0f s, in stage %s. Run this job again to wait for more.", timeout.Seconds(), shown)
		}
	}
}

func look(temporalClient client.Client, run client.WorkflowRun) (progress, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var now progress
	answer, err := temporalClient.QueryWorkflow(ctx, run.GetID(), run.GetRunID(), "progress")
	if err == nil {
		err = answer.Get(&now)
	}
	return now, err
}

// endOf says what a run ended with.
func endOf(run client.WorkflowRun, err error) error {
	var cancelled *temporal.CanceledError
	var failed *temporal.ApplicationError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &cancelled):
		return stopf(4, "The run %s was cancelled.", run.GetID())
	case errors.As(err, &failed):
		var details failure
		_ = failed.Details(&details)
		return stopf(1, "Failed (%s, %s): %s\nAWS request ID: %s", failed.Type(), details.Situation, failed.Message(), orNone(details.AwsRequestID))
	default:
		return stopf(1, "The run %s failed: %s. Run this job again: it goes on with what is there.", run.GetID(), err)
	}
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func seconds(name, fallback string) time.Duration {
	value, err := time.ParseDuration(setting(name, fallback) + "s")
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s must be a number of seconds.\n", name)
		os.Exit(2)
	}
	return value
}
