import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Gives one AWS account its IAM Identity Center instance, and waits for it: starts the run of the account, or joins it.
 *
 * <pre>
 * mvn -q compile dependency:copy-dependencies
 * java -cp 'target/classes:target/dependency/*' Provision '{"accountId": "111122223333", "region": "eu-west-1"}'
 * </pre>
 *
 * The result goes to stdout as JSON, all else to stderr. Exit code: 0 the instance is ACTIVE; 1 the run failed; 2 the
 * request is wrong, or another one is open; 3 held for a person, or still running; 4 cancelled; 5 Temporal or its worker
 * does not answer. After 3 and 5 the run is still there: the same command joins it.
 *
 * <p>Connects as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_... or TEMPORAL_PROFILE say.
 */
public final class Provision {
  private static final String TASK_QUEUE = setting("IDENTITY_CENTER_TASK_QUEUE", "identity-center");

  // How long this job waits for the run, and how long for a worker that does not answer; in seconds.
  private static final Duration TIMEOUT = seconds("PROVISION_TIMEOUT", "3600");
  private static final Duration WORKER_TIMEOUT = seconds("PROVISION_WORKER_TIMEOUT", "120");
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

  /** Ends the job: an exit code, and what to tell. */
  private static final class Stop extends Exception {
    final int code;

    Stop(int code, String message, Object... values) {
      super(String.format(message, values));
      this.code = code;
    }
  }

  public static void main(String[] args) throws Exception {
    int code = 0;
    try {
      JsonNode request = readRequest(args);
      System.out.println(await(ensure(connect(), request)));
    } catch (Stop stop) {
      System.err.println(stop.getMessage());
      code = stop.code;
    }
    System.exit(code);
  }

  private static JsonNode readRequest(String[] args) throws Stop {
    try {
      if (args.length == 1) return new ObjectMapper().readTree(args[0]);
    } catch (JsonProcessingException notJson) {
      // Told below.
    }
    throw new Stop(2, "Usage: Provision '{\"accountId\": \"111122223333\", \"region\": \"eu-west-1\"}'");
  }

  private static WorkflowClient connect() throws Stop {
    try {
      ClientConfigProfile profile = ClientConfigProfile.load();
      WorkflowServiceStubs service =
          WorkflowServiceStubs.newConnectedServiceStubs(
              profile.toWorkflowServiceStubsOptions(), Duration.ofSeconds(30));
      return WorkflowClient.newInstance(service, profile.toWorkflowClientOptions());
    } catch (IOException | RuntimeException error) {
      throw new Stop(5, "Temporal is not reachable: %s. Check TEMPORAL_ADDRESS and the keys.", error.getMessage());
    }
  }

  /** Starts the run of the account, or joins the open one. The run itself refuses a request that differs from its own. */
  private static WorkflowStub ensure(WorkflowClient client, JsonNode request) throws Exception {
    while (true) {
      WorkflowStub run =
          client.newUntypedWorkflowStub(
              "provisionIdentityCenter",
              WorkflowOptions.newBuilder()
                  .setWorkflowId("identity-center/" + request.path("accountId").asText())
                  .setTaskQueue(TASK_QUEUE)
                  .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
                  .build());
      UpdateOptions<JsonNode> ensure =
          UpdateOptions.newBuilder(JsonNode.class)
              .setUpdateName("ensure")
              .setWaitForStage(WorkflowUpdateStage.COMPLETED)
              .build();
      Object[] argument = {request};
      try {
        CompletableFuture.supplyAsync(() -> run.executeUpdateWithStart(ensure, argument, argument))
            .get(WORKER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        return run;
      } catch (TimeoutException error) {
        throw noWorker();
      } catch (ExecutionException error) {
        if (error.getCause() instanceof WorkflowUpdateException refused
            && refused.getCause() instanceof ApplicationFailure why) {
          throw new Stop(2, "Refused: %s", why.getOriginalMessage());
        }
        // The open run has ended in between: the next call starts a new one.
        if (!isNotFound(error.getCause())) throw new Stop(5, "Temporal does not answer: %s", error.getCause());
      }
    }
  }

  /** Waits for the end of the run, or for what only a person can end. */
  private static JsonNode await(WorkflowStub run) throws Exception {
    String id = run.getExecution().getWorkflowId();
    CompletableFuture<JsonNode> result = run.getResultAsync(JsonNode.class);
    Instant began = Instant.now();
    Instant heard = began;
    String shown = "";
    Duration pause = LOOK_EVERY.dividedBy(10);
    while (true) {
      try {
        return result.get(pause.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException stillRunning) {
        pause = LOOK_EVERY;
      } catch (ExecutionException error) {
        throw endOf(id, error.getCause());
      }
      JsonNode progress;
      try {
        progress = run.query("progress", JsonNode.class);
      } catch (WorkflowServiceException unanswered) {
        if (since(heard).compareTo(WORKER_TIMEOUT) > 0) throw noWorker();
        continue;
      }
      heard = Instant.now();
      if (!progress.path("stage").asText().equals(shown)) {
        shown = progress.path("stage").asText();
        System.err.printf("%s since %s%n", shown, progress.path("since").asText());
      }
      if (shown.equals("held")) {
        JsonNode failure = progress.path("failure");
        throw new Stop(
            3,
            "Held until %s: %s%nNext step: %s%nAWS request ID: %s%n"
                + "Then: temporal workflow signal --workflow-id %s --name retry; and run this job again.",
            progress.path("heldUntil").asText(),
            failure.path("whatHappened").asText(),
            failure.path("remedy").asText(),
            failure.path("awsRequestId").asText("none"),
            id);
      }
      if (since(began).compareTo(TIMEOUT) > 0) {
        throw new Stop(
            3,
            "Still running after %d s, in stage %s. Run this job again to wait for more.",
            TIMEOUT.toSeconds(),
            shown);
      }
    }
  }

  /** Says what a run ended with that did not succeed. */
  private static Stop endOf(String id, Throwable error) {
    Throwable cause = error instanceof WorkflowFailedException ? error.getCause() : error;
    if (cause instanceof CanceledFailure) return new Stop(4, "The run %s was cancelled.", id);
    if (!(cause instanceof ApplicationFailure failure)) {
      return new Stop(1, "The run %s failed: %s. Run this job again: it goes on with what is there.", id, cause);
    }
    JsonNode details = failure.getDetails().get(0, JsonNode.class);
    return new Stop(
        1,
        "Failed (%s, %s): %s%nAWS request ID: %s",
        failure.getType(),
        details == null ? "unknown" : details.path("situation").asText(),
        failure.getOriginalMessage(),
        details == null ? "none" : details.path("awsRequestId").asText("none"));
  }

  private static Stop noWorker() {
    return new Stop(
        5,
        "No worker has answered on task queue %s for %d s. Start one (identity-center worker): the run goes on by itself. "
            + "Then run this job again to wait for it.",
        TASK_QUEUE,
        WORKER_TIMEOUT.toSeconds());
  }

  private static boolean isNotFound(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof StatusRuntimeException answer) {
        return answer.getStatus().getCode() == Status.Code.NOT_FOUND;
      }
    }
    return false;
  }

  private static Duration since(Instant time) {
    return Duration.between(time, Instant.now());
  }

  private static String setting(String name, String fallback) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? fallback : value;
  }

  private static Duration seconds(String name, String fallback) {
    return Duration.ofMillis((long) (1000 * Double.parseDouble(setting(name, fallback))));
  }
}
