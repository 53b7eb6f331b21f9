package io.heddle.cli.training;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;

/// Requests to the training mesh, HTTP/1.1 over kept connections.
final class Load implements AutoCloseable {
    private static final int CLIENTS = 4;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(20);

    private final ArrayList<HttpClient> clients = new ArrayList<>();

    /// Asks until the answer is 200. With `way`, through the sidecar whose outbound port that is.
    ///
    /// @throws IOException when it never is
    void awaitAnswer(String uri, Optional<Integer> way, Duration patience) throws IOException, InterruptedException {
        var client = client(way);
        long deadline = System.nanoTime() + patience.toNanos();
        var last = "";
        while (System.nanoTime() < deadline) {
            try {
                var answer = send(client, uri);
                if (answer.statusCode() == 200) {
                    return;
                }
                last = "status " + answer.statusCode() + ", " + answer.body();
            } catch (IOException e) {
                last = e.toString(); // not up yet
            }
            Thread.sleep(POLL);
        }
        throw new IOException("no good answer from " + uri + ": " + last);
    }

    /// Sends requests from some clients at once for this long.
    void run(String uri, Optional<Integer> way, Duration time) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < CLIENTS; i++) {
            var client = client(way);
            threads.add(Thread.ofVirtual().start(() -> {
                while (System.nanoTime() < deadline) {
                    try {
                        send(client, uri);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
    }

    private HttpClient client(Optional<Integer> way) {
        var builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        way.ifPresent(port ->
                builder.proxy(ProxySelector.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port))));
        var client = builder.build();
        clients.add(client);
        return client;
    }

    private static HttpResponse<String> send(HttpClient client, String uri) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(uri))
                .timeout(TIMEOUT)
                .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64)")
                .header("accept", "application/json, text/plain, */*")
                .header("authorization", "Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl")
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        clients.forEach(HttpClient::shutdownNow);
    }
}
