// Gives one AWS account its IAM Identity Center instance from a workflow of your own, in a namespace of your own, by Nexus.
//
//	go run ./nexus '{"accountId": "111122223333", "region": "eu-west-1"}'
//
// The workflow calls the operation provision of the service IdentityCenter, which starts the run of the account or joins
// it, and waits for its end; meanwhile nothing of this process is needed. Here the worker of the workflow and what starts
// it are one process, for the sake of one file.
//
// The result goes to stdout as JSON, all else to stderr. Exit code: 0 the instance is ACTIVE; 1 the run failed; 2 the
// request is wrong, or another one is open; 4 cancelled; 5 Temporal does not answer.
//
// Connects as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE (that of your workflows), TEMPORAL_API_KEY, TEMPORAL_TLS_... or
// TEMPORAL_PROFILE say. IDENTITY_CENTER_NEXUS_ENDPOINT names the endpoint that leads to the workers of Identity Center.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/nexus-rpc/sdk-go/nexus"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const taskQueue = "account-vending"

// VendAccount is a workflow of your own, of which the Identity Center instance of the account is one step.
func VendAccount(ctx workflow.Context, endpoint string, request map[string]any) (json.RawMessage, error) {
	identityCenter := workflow.NewNexusClient(endpoint, "IdentityCenter")
	var result json.RawMessage
	// To cancel this workflow cancels the run, for all who wait for it, and waits until it has cleaned up.
	err := identityCenter.ExecuteOperation(ctx, "provision", request, workflow.NexusOperationOptions{}).Get(ctx, &result)
	return result, err
}

func main() {
	var request map[string]any
	if len(os.Args) != 2 || json.Unmarshal([]byte(os.Args[1]), &request) != nil {
		stop(2, `Usage: nexus '{"accountId": "111122223333", "region": "eu-west-1"}'`)
	}
	endpoint := os.Getenv("IDENTITY_CENTER_NEXUS_ENDPOINT")
	if endpoint == "" {
		endpoint = "identity-center"
	}
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		stop(5, "The settings of Temporal cannot be read: %s", err)
	}
	options.Logger = log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	temporalClient, err := client.Dial(options)
	if err != nil {
		stop(5, "Temporal is not reachable: %s. Check TEMPORAL_ADDRESS and the keys.", err)
	}
	defer temporalClient.Close()
	vending := worker.New(temporalClient, taskQueue, worker.Options{})
	vending.RegisterWorkflow(VendAccount)
	if err := vending.Start(); err != nil {
		stop(5, "The worker does not start: %s", err)
	}
	defer vending.Stop()
	run, err := temporalClient.ExecuteWorkflow(context.Background(), client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("vend-account/%v", request["accountId"]),
		TaskQueue:                taskQueue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, VendAccount, endpoint, request)
	if err != nil {
		stop(5, "Temporal does not answer: %s", err)
	}
	var result json.RawMessage
	if err := run.Get(context.Background(), &result); err != nil {
		explain(err)
	}
	fmt.Println(string(result))
}

// explain says what the operation ended with: its causes are the refusal of the handler, or the failure of the run.
func explain(err error) {
	var cancelled *temporal.CanceledError
	var refused *nexus.HandlerError
	var failed *temporal.ApplicationError
	if errors.As(err, &cancelled) {
		stop(4, "The run was cancelled.")
	}
	if !errors.As(err, &failed) {
		stop(1, "Failed: %s", err)
	}
	if errors.As(err, &refused) {
		stop(2, "Refused: %s", failed.Message())
	}
	details := struct {
		Situation    string `json:"situation"`
		AwsRequestID string `json:"awsRequestId"`
	}{AwsRequestID: "none"}
	_ = failed.Details(&details)
	stop(1, "Failed (%s, %s): %s\nAWS request ID: %s", failed.Type(), details.Situation, failed.Message(), details.AwsRequestID)
}

func stop(code int, format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(code)
}
