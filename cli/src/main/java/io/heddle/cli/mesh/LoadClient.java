package io.heddle.cli.mesh;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Speaks to the demo's load generator.
final class LoadClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration POLL = Duration.ofMillis(50);

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();
    private final URI base;

    LoadClient(int port) {
        base = URI.create("http://127.0.0.1:" + port);
    }

    /// Sets requests per second; 0 stops.
    void rate(int perSecond) throws InterruptedException {
        send(HttpRequest.newBuilder(base.resolve("/rate"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"rate\":" + perSecond + "}")));
    }

    /// Makes one visit of each kind, which the figures do not count.
    ///
    /// @return `visits` made, and why the last one `failed`, empty when it did not
    JsonNode check() throws InterruptedException {
        return send(HttpRequest.newBuilder(base.resolve("/check")).POST(HttpRequest.BodyPublishers.noBody()));
    }

    /// The figures so far.
    JsonNode stats() throws InterruptedException {
        return send(HttpRequest.newBuilder(base.resolve("/stats")));
    }

    /// Stops the load, waits for requests under way and returns the final figures.
    JsonNode finish() throws InterruptedException {
        rate(0);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        var stats = stats();
        while (stats.path("waiting").asInt(0) > 0 && System.nanoTime() < deadline) {
            Thread.sleep(POLL);
            stats = stats();
        }
        return stats;
    }

    private JsonNode send(HttpRequest.Builder request) throws InterruptedException {
        try {
            var response =
                    http.send(request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
            return mapper.readTree(response.body());
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILURE, "the load generator does not answer: " + e, "look at loadgen.log with --dir", e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
