import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nexusrpc.handler.HandlerException;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.NexusServiceOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Gives one AWS account its IAM Identity Center instance from a workflow of your own, in a namespace of your own, by Nexus.
 *
 * <pre>
 * mvn -q compile dependency:copy-dependencies
 * java -cp 'target/classes:target/dependency/*' NexusCaller '{"accountId": "111122223333", "region": "eu-west-1"}'
 * </pre>
 *
 * The workflow calls the operation {@code provision} of the service {@code IdentityCenter}, which starts the run of the
 * account or joins it, and waits for its end; meanwhile nothing of this process is needed. Here the worker of the workflow
 * and what starts it are one process, for the sake of one file.
 *
 * <p>The result goes to stdout as JSON, all else to stderr. Exit code: 0 the instance is ACTIVE; 1 the run failed; 2 the
 * request is wrong, or another one is open; 4 cancelled; 5 Temporal does not answer.
 *
 * <p>Connects as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE (that of your workflows), TEMPORAL_API_KEY, TEMPORAL_TLS_... or
 * TEMPORAL_PROFILE say. IDENTITY_CENTER_NEXUS_ENDPOINT names the endpoint that leads to the workers of Identity Center.
 */
public final class NexusCaller {
  private static final String TASK_QUEUE = "account-vending";

  /** A workflow of your own, of which the Identity Center instance of the account is one step. */
  @WorkflowInterface
  public interface AccountVending {
    @WorkflowMethod(name = "vendAccount")
    JsonNode vendAccount(String endpoint, JsonNode request);
  }

  public static final class AccountVendingImpl implements AccountVending {
    @Override
    public JsonNode vendAccount(String endpoint, JsonNode request) {
      // To cancel this workflow cancels the run, for all who wait for it, and waits until it has cleaned up.
      return Workflow.newUntypedNexusServiceStub(
              "IdentityCenter", NexusServiceOptions.newBuilder().setEndpoint(endpoint).build())
          .execute("provision", JsonNode.class, request);
    }
  }

  public static void main(String[] args) {
    int code;
    try {
      JsonNode request = new ObjectMapper().readTree(args.length == 1 ? args[0] : "");
      if (!request.isObject()) throw new IllegalArgumentException();
      System.out.println(vend(request));
      code = 0;
    } catch (JsonProcessingException | IllegalArgumentException wrong) {
      System.err.println("Usage: NexusCaller '{\"accountId\": \"111122223333\", \"region\": \"eu-west-1\"}'");
      code = 2;
    } catch (WorkflowFailedException failed) {
      code = explain(failed);
    } catch (IOException | RuntimeException error) {
      System.err.printf("Temporal is not reachable: %s. Check TEMPORAL_ADDRESS and the keys.%n", error.getMessage());
      code = 5;
    }
    System.exit(code);
  }

  private static JsonNode vend(JsonNode request) throws IOException {
    ClientConfigProfile profile = ClientConfigProfile.load();
    WorkflowServiceStubs service =
        WorkflowServiceStubs.newConnectedServiceStubs(profile.toWorkflowServiceStubsOptions(), Duration.ofSeconds(30));
    WorkflowClient client = WorkflowClient.newInstance(service, profile.toWorkflowClientOptions());
    WorkerFactory factory = WorkerFactory.newInstance(client);
    factory.newWorker(TASK_QUEUE).registerWorkflowImplementationTypes(AccountVendingImpl.class);
    factory.start();
    AccountVending vending =
        client.newWorkflowStub(
            AccountVending.class,
            WorkflowOptions.newBuilder()
                .setWorkflowId("vend-account/" + request.path("accountId").asText())
                .setTaskQueue(TASK_QUEUE)
                .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
                .build());
    String endpoint = System.getenv().getOrDefault("IDENTITY_CENTER_NEXUS_ENDPOINT", "identity-center");
    return vending.vendAccount(endpoint, request);
  }

  /** Says what the operation ended with: its causes are the refusal of the handler, or the failure of the run. */
  private static int explain(WorkflowFailedException error) {
    if (find(error, CanceledFailure.class).isPresent()) {
      System.err.println("The run was cancelled.");
      return 4;
    }
    Optional<ApplicationFailure> found = find(error, ApplicationFailure.class);
    if (found.isEmpty()) {
      System.err.printf("Failed: %s%n", error.getCause());
      return 1;
    }
    ApplicationFailure failure = found.get();
    if (find(error, HandlerException.class).isPresent()) {
      System.err.printf("Refused: %s%n", failure.getOriginalMessage());
      return 2;
    }
    JsonNode details = failure.getDetails().get(JsonNode.class);
    System.err.printf(
        "Failed (%s, %s): %s%nAWS request ID: %s%n",
        failure.getType(),
        details.path("situation").asText(),
        failure.getOriginalMessage(),
        details.path("awsRequestId").asText("none"));
    return 1;
  }

  private static <T extends Throwable> Optional<T> find(Throwable error, Class<T> type) {
    for (Throwable at = error; at != null; at = at.getCause()) {
      if (type.isInstance(at)) return Optional.of(type.cast(at));
    }
    return Optional.empty();
  }
}
