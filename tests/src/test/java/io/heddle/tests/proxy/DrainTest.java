package io.heddle.tests.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.tests.mesh.Distribution;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// SIGTERM loses nothing that is in flight.
class DrainTest {
    private static final int IN_FLIGHT = 70;

    @TempDir
    private static Path folder;

    @ParameterizedTest
    @EnumSource(Version.class)
    void requests_in_flight_are_answered_and_the_process_ends(Version version) throws Exception {
        var certificates = Certificates.make(folder.resolve("certificates"));
        try (var application = new Application();
                var inbound = ProxyProcess.start(
                        folder, "secure", Bootstraps.tls("secure", certificates, application.port()), Map.of());
                var client = client(certificates, version)) {
            var uri = URI.create("https://localhost:" + inbound.port("secure") + "/hold");
            var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
            for (int i = 0; i < IN_FLIGHT; i++) {
                answers.add(client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()));
            }
            await("all in flight").atMost(Duration.ofSeconds(30)).until(() -> application.held() == IN_FLIGHT);
            inbound.terminate();
            await("it drains")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> inbound.log().contains("draining"));
            application.release();
            for (var answer : answers) {
                var got = answer.get(30, TimeUnit.SECONDS);
                assertThat(got.statusCode()).isEqualTo(200);
                assertThat(got.body()).isEqualTo("hello");
                assertThat(got.version()).isEqualTo(version);
            }
            assertThat(inbound.exitCode()).isZero();
        }
    }

    @Test
    void told_twice_it_goes_on_draining() throws Exception {
        try (var application = new Application();
                var proxy = ProxyProcess.start(folder, "twice", Bootstraps.hop("twice", application.port()), Map.of());
                var client = HttpClient.newHttpClient()) {
            var answer = held(client, proxy.port("twice"), application);
            proxy.terminate();
            await("it drains").until(() -> proxy.log().contains("draining"));
            proxy.terminate();
            proxy.signal("TERM");
            application.release();
            assertThat(answer.get(30, TimeUnit.SECONDS).body()).isEqualTo("hello");
            assertThat(proxy.exitCode()).isZero();
        }
    }

    @Test
    void what_goes_on_when_the_time_to_drain_is_over_is_cut_and_said() throws Exception {
        try (var application = new Application();
                var proxy = ProxyProcess.start(
                        folder, "late", Bootstraps.hop("late", application.port()), Map.of(), "--drain-time", "1");
                var client = HttpClient.newHttpClient()) {
            var answer = held(client, proxy.port("late"), application);
            proxy.signal("TERM");
            assertThat(answer).failsWithin(Duration.ofSeconds(30));
            assertThat(proxy.exitCode()).as("as Envoy's").isZero();
            assertThat(proxy.log()).contains("connections are cut");
            application.release();
        }
    }

    @Test
    void an_end_that_nobody_asked_for_keeps_its_exit_code() throws Exception {
        var config = Files.writeString(folder.resolve("wrong.yaml"), "static_resources: { nonsense: 1 }");
        var builder =
                new ProcessBuilder(Distribution.launcher().toString(), "proxy", "-c", config.toString()).inheritIO();
        builder.environment().put("HEDDLE_NO_BUILD", "1");
        assertThat(builder.start().waitFor()).isEqualTo(3);
    }

    private static CompletableFuture<HttpResponse<String>> held(HttpClient client, int port, Application application) {
        var uri = URI.create("http://127.0.0.1:" + port + "/hold");
        var answer = client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        await("in flight").atMost(Duration.ofSeconds(30)).until(() -> application.held() == 1);
        return answer;
    }

    private static HttpClient client(Path certificates, Version version)
            throws java.io.IOException, GeneralSecurityException {
        return HttpClient.newBuilder()
                .version(version)
                .sslContext(ForeignClientsTest.trusting(certificates.resolve("ca.pem")))
                .build();
    }
}
