import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Takes the announcements of runs as a webhook, and prints one JSON line for each: docs/pipelines.md, "Results go out".
 *
 * <pre>
 * WEBHOOK_SECRET=whsec_... java -cp 'target/classes:target/dependency/*' WebhookReceiver 8080
 * </pre>
 *
 * Put TLS before it, as workers send to https alone. WEBHOOK_SECRET is that of the receivers file of the workers; while one
 * takes the place of another it has both, with a space between them. Answers 204 to what is signed with one of them, so that
 * it is not sent again, and 401 to all else. An announcement may come twice: what has an ID that was there is passed over.
 */
public final class WebhookReceiver {
  // Whoever has recorded a request cannot send it again later.
  private static final Duration OLDEST = Duration.ofMinutes(5);
  private static final int LARGEST = 256 * 1024;
  private static final ObjectMapper JSON = new ObjectMapper();
  // Whatever the locale of the process is, JSON is UTF-8.
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private static final List<byte[]> secrets = new ArrayList<>();
  private static final Set<String> seen = ConcurrentHashMap.newKeySet();

  public static void main(String[] args) throws IOException {
    for (String secret : System.getenv().getOrDefault("WEBHOOK_SECRET", "").split(" ")) {
      if (!secret.isEmpty()) secrets.add(Base64.getDecoder().decode(secret.replaceFirst("^whsec_", "")));
    }
    if (secrets.isEmpty() || args.length != 1) {
      System.err.println("Usage: WEBHOOK_SECRET=whsec_... WebhookReceiver PORT");
      System.exit(2);
    }
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0);
    server.createContext("/", WebhookReceiver::receive);
    server.start();
    System.err.printf("listening on port %d%n", server.getAddress().getPort());
  }

  private static void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readNBytes(LARGEST);
      Headers headers = exchange.getRequestHeaders();
      if (!isGenuine(headers, body)) {
        System.err.println("refused: it is too old, or not signed with the secret");
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      if (seen.add(headers.getFirst("webhook-id"))) take(JSON.readTree(body));
      exchange.sendResponseHeaders(204, -1);
    }
  }

  /** Tells whether it was sent by whoever has the secret, within the last minutes. */
  private static boolean isGenuine(Headers headers, byte[] body) {
    try {
      String id = headers.getFirst("webhook-id");
      String timestamp = headers.getFirst("webhook-timestamp");
      String signatures = headers.getFirst("webhook-signature");
      if (id == null || timestamp == null || signatures == null) return false;
      Instant sent = Instant.ofEpochSecond(Long.parseLong(timestamp));
      if (Duration.between(sent, Instant.now()).abs().compareTo(OLDEST) > 0) return false;
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      content.writeBytes((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
      content.writeBytes(body);
      for (byte[] secret : secrets) {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(content.toByteArray()))).getBytes(StandardCharsets.UTF_8);
        for (String signature : signatures.split(" ")) {
          if (MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8))) return true;
        }
      }
      return false;
    } catch (GeneralSecurityException | RuntimeException error) {
      return false;
    }
  }

  /** Does what your team does with it: schemas/announcement.json has all fields. */
  private static void take(JsonNode announcement) {
    JsonNode run = announcement.path("data");
    ObjectNode line = JSON.createObjectNode();
    line.put("type", announcement.path("type").asText());
    line.put("accountId", run.path("accountId").asText());
    line.put("instanceArn", run.path("instanceArn").asText(null));
    line.put("remedy", run.path("failure").path("remedy").asText(null));
    OUT.println(line);
  }
}
