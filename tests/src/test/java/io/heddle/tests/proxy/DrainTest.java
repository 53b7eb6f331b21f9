package io.heddle.tests.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
            assertThat(inbound.exitCode()).as("128 + SIGTERM").isEqualTo(143);
        }
    }

    private static HttpClient client(Path certificates, Version version)
            throws java.io.IOException, GeneralSecurityException {
        return HttpClient.newBuilder()
                .version(version)
                .sslContext(ForeignClientsTest.trusting(certificates.resolve("ca.pem")))
                .build();
    }
}
