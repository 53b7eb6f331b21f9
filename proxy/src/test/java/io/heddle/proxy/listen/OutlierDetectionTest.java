package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.resilience.health.EjectionType;
import io.heddle.traffic.resilience.health.OutlierDetector;
import io.heddle.traffic.resilience.health.OutlierPolicy;
import io.heddle.traffic.resilience.health.OutlierPolicy.Ejections;
import io.heddle.traffic.resilience.health.OutlierPolicy.Row;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.HealthPolicy;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hosts that fail are ejected, over real sockets.
class OutlierDetectionTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: shop\r\n\r\n";

    private final Origin good = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
    private final Origin bad = Origin.answering("HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nevil");
    private final Origin grpc = Origin.answering("HTTP/1.1 200 OK\r\ngrpc-status: 14\r\nContent-Length: 4\r\n\r\nevil");

    @AfterEach
    void stop() throws IOException {
        good.close();
        bad.close();
        grpc.close();
    }

    static RuntimeConfig watching(RuntimeConfig config, HealthPolicy health) {
        var app = Objects.requireNonNull(config.clusters().get("app"));
        var changed = new Cluster(
                "app",
                app.discovery(),
                app.endpoints(),
                app.connectTimeout(),
                app.balancer(),
                app.limits(),
                app.transports(),
                app.protocol(),
                app.http1(),
                app.http2(),
                app.connections(),
                app.responses(),
                app.opening(),
                health,
                app.service());
        return new RuntimeConfig(config.listeners(), Map.of(), Map.of("app", changed), Map.of(), Map.of());
    }

    private static HealthPolicy policy(Duration base) {
        var standard = OutlierPolicy.DEFAULT;
        return new HealthPolicy(
                Optional.of(new OutlierPolicy(
                        Duration.ofMillis(20),
                        new Ejections(base, base, Duration.ZERO, 100, false),
                        new Row(3, 100),
                        standard.gatewayFailures(),
                        standard.localOrigin(),
                        false,
                        standard.successRate(),
                        standard.failurePercentage(),
                        true)),
                Optional.empty());
    }

    private static String ask(Socket client) throws IOException {
        return ask(client, GET);
    }

    private static String ask(Socket client, String request) throws IOException {
        Origin.write(client, request);
        var head = Origin.head(client.getInputStream());
        int length = Integer.parseInt(head.replaceAll("(?is).*content-length: ([0-9]+).*", "$1"));
        var body = Origin.read(client.getInputStream(), length);
        return head.substring(9, 12) + (length == 4 ? body : "");
    }

    private static OutlierDetector detector(RunningProxy proxy) {
        return Objects.requireNonNull(proxy.upstreams.outliers().get("app"));
    }

    private static Host host(RunningProxy proxy, int port) {
        var app = proxy.upstreams.cluster("app").orElseThrow();
        return Objects.requireNonNull(app.hosts().get("127.0.0.1:" + port));
    }

    @Test
    void ejections_and_their_ends_are_lines_of_a_file_where_one_is_named(@TempDir Path folder) throws Exception {
        var file = folder.resolve("ejections.log");
        var config = watching(RunningProxy.config(good.port(), bad.port()), policy(Duration.ofMillis(50)));
        try (var proxy = new RunningProxy(config);
                var client = proxy.connect()) {
            proxy.upstreams.logEjections(Optional.of(file.toString()));
            for (int i = 0; i < 6; i++) {
                ask(client);
            }
            await().until(() -> Files.exists(file) && Files.readAllLines(file).size() > 1);
            var lines = Files.readAllLines(file);
            assertThat(lines.get(0))
                    .contains("\"type\":\"CONSECUTIVE_5XX\",\"cluster_name\":\"app\",\"upstream_url\":\"127.0.0.1:"
                            + bad.port() + "\",\"action\":\"EJECT\"");
            assertThat(lines.get(1)).contains("\"action\":\"UNEJECT\"");
        }
    }

    @Test
    void a_host_that_answers_5xx_is_ejected_and_comes_back_when_its_time_is_over() throws Exception {
        var config = watching(RunningProxy.config(good.port(), bad.port()), policy(Duration.ofMillis(500)));
        try (var proxy = new RunningProxy(config);
                var client = proxy.connect()) {
            for (int i = 0; i < 6; i++) {
                ask(client);
            }
            assertThat(host(proxy, bad.port()).state().ejections()).isEqualTo(1);
            assertThat(host(proxy, good.port()).state().ejections()).isZero();
            assertThat(detector(proxy).enforced(EjectionType.CONSECUTIVE_5XX)).isEqualTo(1);
            assertThat(ask(client)).isEqualTo("200good");
            await().until(() -> !host(proxy, bad.port()).state().wasEjected());
            await().until(() -> ask(client).equals("503evil"));
        }
    }

    @Test
    void success_is_back_as_soon_as_the_host_that_fails_is_ejected_long_before_the_interval_is_over() throws Exception {
        var standard = policy(Duration.ofMinutes(5)).outliers().orElseThrow();
        var slow = new OutlierPolicy(
                Duration.ofMinutes(5), // its end is not waited for
                standard.ejections(),
                standard.serverErrors(),
                standard.gatewayFailures(),
                standard.localOrigin(),
                false,
                standard.successRate(),
                standard.failurePercentage(),
                true);
        var health = new HealthPolicy(Optional.of(slow), Optional.empty());
        try (var second = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
                var proxy = new RunningProxy(
                        watching(RunningProxy.config(good.port(), bad.port(), second.port()), health));
                var client = proxy.connect()) {
            int failed = 0;
            for (int i = 0; i < 9; i++) {
                failed += ask(client).equals("200good") ? 0 : 1;
            }
            assertThat(failed).as("as many as it takes to know").isEqualTo(3);
            int succeeded = 0;
            for (int i = 0; i < 1000; i++) {
                succeeded += ask(client).equals("200good") ? 1 : 0;
            }
            assertThat(succeeded).isGreaterThanOrEqualTo(999);
            assertThat(detector(proxy).active(System.nanoTime())).isEqualTo(1);
        }
    }

    @Test
    void a_trailers_only_answer_of_grpc_counts_by_its_status() throws Exception {
        var config = watching(RunningProxy.config(grpc.port()), policy(Duration.ofMinutes(1)));
        try (var proxy = new RunningProxy(config);
                var client = proxy.connect()) {
            for (int i = 0; i < 6; i++) {
                assertThat(ask(client)).isEqualTo("200evil");
            }
            assertThat(detector(proxy).active(System.nanoTime()))
                    .as("such a line says nothing where nobody speaks gRPC")
                    .isZero();
            for (int i = 0; i < 3; i++) {
                assertThat(ask(client, GET.replace("\r\n\r\n", "\r\nContent-Type: application/grpc\r\n\r\n")))
                        .isEqualTo("200evil");
            }
            assertThat(detector(proxy).active(System.nanoTime())).isEqualTo(1);
        }
    }

    @Test
    void answers_of_mirrors_count_by_their_grpc_status_too() throws Exception {
        var plain = (RouteAction.Forward) RunningProxy.forward("shop", RetryPolicy.NONE, Timeouts.DEFAULT);
        var mirrored = new RouteAction.Forward(
                plain.cluster(),
                plain.rewrite(),
                plain.timeouts(),
                plain.retry(),
                List.of(new RouteAction.Mirror("app", 1_000_000)),
                plain.upgrades());
        var config = watching(RunningProxy.config(mirrored, grpc.port()), policy(Duration.ofMinutes(1)));
        var app = Objects.requireNonNull(config.clusters().get("app"));
        var shop = Objects.requireNonNull(
                RunningProxy.config(good.port()).clusters().get("app"));
        var both = Map.of(
                "app",
                app,
                "shop",
                RunningProxy.cluster("shop", shop.endpoints().endpoints()));
        try (var proxy = new RunningProxy(new RuntimeConfig(config.listeners(), Map.of(), both, Map.of(), Map.of()));
                var client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(client, GET.replace("\r\n\r\n", "\r\nContent-Type: application/grpc\r\n\r\n")))
                        .isEqualTo("200good");
            }
            await().until(() -> detector(proxy).active(System.nanoTime()) == 1);
        }
    }

    @Test
    void connections_that_fail_and_answers_that_are_late_count_as_errors() throws Exception {
        int dead;
        try (var gone = new ServerSocket(0)) {
            dead = gone.getLocalPort();
        }
        try (var proxy = new RunningProxy(watching(RunningProxy.config(dead), policy(Duration.ofMinutes(1))));
                var client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(client)).isEqualTo("503");
            }
            assertThat(detector(proxy).active(System.nanoTime())).isEqualTo(1);
        }
        try (var silent = new ServerSocket(0)) {
            var timeouts = new Timeouts(Duration.ofMillis(50), Duration.ZERO, Duration.ZERO);
            var late = RunningProxy.config(RunningProxy.forward(RetryPolicy.NONE, timeouts), silent.getLocalPort());
            try (var proxy = new RunningProxy(watching(late, policy(Duration.ofMinutes(1))));
                    var client = proxy.connect()) {
                for (int i = 0; i < 3; i++) {
                    assertThat(ask(client)).isEqualTo("504");
                }
                assertThat(detector(proxy).enforced(EjectionType.CONSECUTIVE_5XX))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void what_is_known_outlives_a_change_of_the_policy_and_ends_with_it() throws Exception {
        var base = RunningProxy.config(good.port(), bad.port());
        try (var proxy = new RunningProxy(watching(base, policy(Duration.ofMinutes(1))));
                var client = proxy.connect()) {
            for (int i = 0; i < 6; i++) {
                ask(client);
            }
            proxy.config.swap(watching(base, policy(Duration.ofMinutes(2))));
            assertThat(detector(proxy).enforced(EjectionType.CONSECUTIVE_5XX)).isEqualTo(1);
            assertThat(ask(client)).isEqualTo("200good");
            proxy.config.swap(base);
            assertThat(proxy.upstreams.outliers()).isEmpty();
        }
    }
}
