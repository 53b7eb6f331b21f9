package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.resilience.health.HealthCheck;
import io.heddle.traffic.resilience.health.HealthCheck.Header;
import io.heddle.traffic.resilience.health.HealthCheck.Intervals;
import io.heddle.traffic.resilience.health.HealthCheck.Jitter;
import io.heddle.traffic.resilience.health.HealthCheck.Logs;
import io.heddle.traffic.resilience.health.HealthCheck.Probe;
import io.heddle.traffic.resilience.health.HealthCheck.Statuses;
import io.heddle.traffic.runtime.HealthPolicy;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// Hosts are asked whether they are well, over real sockets.
class HealthCheckTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String ILL = "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno";
    private static final Probe HTTP = new Probe.Http(
            false,
            "GET",
            "shop.example",
            "/healthz?x",
            List.of(new Header("x-check", "yes")),
            List.of(new Statuses(200, 201)),
            List.of());

    private static RuntimeConfig checking(Probe probe, boolean reuse, Optional<Integer> port, int... hosts) {
        var often = Duration.ofMillis(10);
        var check = new HealthCheck(
                Duration.ofMillis(200),
                new Intervals(often, often, often, often, often, often, Jitter.NONE),
                2,
                2,
                reuse,
                port,
                Logs.CHANGES,
                probe);
        return OutlierDetectionTest.watching(
                RunningProxy.config(hosts), new HealthPolicy(Optional.empty(), Optional.of(check)));
    }

    /// After the first, checks come an hour apart.
    private static RuntimeConfig checkingOnce(int agent, int host) {
        var hour = Duration.ofHours(1);
        var check = new HealthCheck(
                Duration.ofSeconds(5),
                new Intervals(hour, hour, hour, hour, hour, hour, Jitter.NONE),
                2,
                2,
                true,
                Optional.of(agent),
                Logs.CHANGES,
                HTTP);
        return OutlierDetectionTest.watching(
                RunningProxy.config(host), new HealthPolicy(Optional.empty(), Optional.of(check)));
    }

    private static HostState state(RunningProxy proxy, int port) {
        var app = proxy.upstreams.cluster("app").orElseThrow();
        return Objects.requireNonNull(app.hosts().get("127.0.0.1:" + port)).state();
    }

    private static String ask(Socket client) throws IOException {
        Origin.write(client, "GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
        var head = Origin.head(client.getInputStream());
        var length = Integer.parseInt(head.replaceAll("(?is).*content-length: ([0-9]+).*", "$1"));
        Origin.read(client.getInputStream(), length);
        return head.substring(9, 12);
    }

    /// Answers as it is told at the time.
    private static Origin changing(AtomicBoolean well) {
        return new Origin((socket, _) -> {
            var head = Origin.head(socket.getInputStream());
            while (!head.isEmpty()) {
                Origin.write(socket, well.get() ? OK : ILL);
                head = Origin.head(socket.getInputStream());
            }
        });
    }

    @Test
    void a_host_that_says_it_is_ill_gets_no_requests_until_it_says_otherwise() throws Exception {
        var well = new AtomicBoolean(true);
        try (var good = Origin.answering(OK);
                var other = changing(well);
                var proxy = new RunningProxy(checking(HTTP, true, Optional.empty(), good.port(), other.port()));
                var client = proxy.connect()) {
            await().until(() -> !state(proxy, good.port()).failsChecks()
                    && !state(proxy, other.port()).failsChecks());
            well.set(false);
            await().until(() -> state(proxy, other.port()).failsChecks());
            for (int i = 0; i < 10; i++) {
                assertThat(ask(client)).isEqualTo("200");
            }
            well.set(true);
            await().until(() -> !state(proxy, other.port()).failsChecks());
            var counts = Objects.requireNonNull(proxy.upstreams.checks().get("app"));
            assertThat(counts.success().sum()).isPositive();
            assertThat(counts.failure().sum()).isPositive();
            assertThat(counts.network().sum()).isZero();
        }
    }

    /// Answers once it may.
    private static Origin waiting(CountDownLatch may) {
        return new Origin((socket, _) -> {
            var head = Origin.head(socket.getInputStream());
            while (!head.isEmpty()) {
                try {
                    may.await();
                } catch (InterruptedException ended) {
                    Thread.currentThread().interrupt();
                }
                Origin.write(socket, OK);
                head = Origin.head(socket.getInputStream());
            }
        });
    }

    @Test
    void the_hosts_of_a_cluster_that_comes_are_checked_before_it_is_in_use() throws Exception {
        var may = new CountDownLatch(1);
        try (var host = waiting(may);
                var proxy = new RunningProxy(RunningProxy.config())) {
            var next = checkingOnce(host.port(), host.port());
            var warmed = proxy.upstreams.warm(next.clusters().values());
            await().until(() -> host.connections.get() == 1);
            assertThat(warmed.get("app")).isNotDone();
            assertThat(proxy.upstreams.warming()).isEqualTo(1);
            may.countDown();
            await().until(() -> proxy.upstreams.warming() == 0);
            assertThat(proxy.config.swap(next)).isEmpty();
            assertThat(state(proxy, host.port()).failsChecks()).isFalse();
            try (var client = proxy.connect()) {
                assertThat(ask(client)).isEqualTo("200");
            }
            var counts = Objects.requireNonNull(proxy.upstreams.checks().get("app"));
            assertThat(counts.attempt().sum()).isEqualTo(1);
            assertThat(proxy.upstreams.warm(next.clusters().values()).get("app"))
                    .as("it is in use")
                    .isDone();
        }
    }

    @Test
    void a_cluster_that_comes_no_more_is_checked_no_more() throws Exception {
        var may = new CountDownLatch(1);
        try (var host = waiting(may);
                var proxy = new RunningProxy(RunningProxy.config())) {
            var warmed = proxy.upstreams.warm(
                    checkingOnce(host.port(), host.port()).clusters().values());
            await().until(() -> host.connections.get() == 1);
            assertThat(proxy.upstreams.warm(List.of())).isEmpty();
            assertThat(warmed.get("app")).as("nobody waits in vain").isDone();
            assertThat(proxy.upstreams.checks()).isEmpty();
            may.countDown();
        }
    }

    @Test
    void the_request_is_as_configured_and_connections_are_used_again_where_that_is_wanted() throws Exception {
        try (var host = Origin.answering(OK);
                var proxy = new RunningProxy(checking(HTTP, true, Optional.empty(), host.port()))) {
            await().until(() -> host.heads.size() > 5);
            assertThat(host.connections).hasValue(1);
            assertThat(host.heads.getFirst())
                    .startsWith("GET /healthz?x HTTP/1.1\r\n")
                    .containsIgnoringCase("host: shop.example\r\n")
                    .containsIgnoringCase("user-agent: Heddle/HC\r\n")
                    .containsIgnoringCase("x-check: yes\r\n");
            assertThat(state(proxy, host.port()).wasUsed()).isFalse();
        }
        try (var host = Origin.answering(OK);
                var proxy = new RunningProxy(checking(HTTP, false, Optional.empty(), host.port()))) {
            await().until(() -> host.heads.size() > 5);
            assertThat(host.connections.get()).isGreaterThan(5);
            assertThat(proxy.problems).isEmpty();
        }
    }

    @Test
    void a_host_that_says_nothing_or_is_not_there_is_ill_and_counts_as_not_reached() throws Exception {
        try (var silent = new ServerSocket(0);
                var proxy = new RunningProxy(checking(HTTP, true, Optional.empty(), silent.getLocalPort()))) {
            var counts = Objects.requireNonNull(proxy.upstreams.checks().get("app"));
            await().until(() -> counts.network().sum() > 2);
            assertThat(state(proxy, silent.getLocalPort()).failsChecks()).isTrue();
        }
    }

    @Test
    void a_host_whose_answer_says_so_gets_no_more_requests_at_once() throws Exception {
        var last = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Envoy-Immediate-Health-Check-Fail: true\r\n\r\nok";
        try (var host = Origin.answering(last);
                var agent = Origin.answering(OK);
                var proxy = new RunningProxy(checkingOnce(agent.port(), host.port()));
                var client = proxy.connect()) {
            await().until(() -> !state(proxy, host.port()).failsChecks());
            assertThat(ask(client)).isEqualTo("200");
            assertThat(state(proxy, host.port()).failsChecks()).isTrue();
        }
        try (var host = Origin.answering(last);
                var proxy = new RunningProxy(RunningProxy.config(host.port()));
                var client = proxy.connect()) {
            assertThat(ask(client)).isEqualTo("200");
            assertThat(state(proxy, host.port()).failsChecks())
                    .as("without checks nothing would bring it back")
                    .isFalse();
        }
    }

    @Test
    void another_port_may_be_asked() throws Exception {
        try (var host = Origin.answering(ILL);
                var agent = Origin.answering(OK);
                var proxy = new RunningProxy(checking(HTTP, true, Optional.of(agent.port()), host.port()))) {
            await().until(() -> !state(proxy, host.port()).failsChecks());
            assertThat(host.connections).hasValue(0);
        }
    }

    @Test
    void over_tcp_what_is_expected_must_come() throws Exception {
        var well = new AtomicBoolean(true);
        try (var host = new Origin((socket, _) -> {
                    var asked = Origin.read(socket.getInputStream(), 4);
                    Origin.write(socket, asked.equals("PING") && well.get() ? "+PONG\r\n" : "-ERR\r\n");
                    socket.getInputStream().read();
                });
                var proxy = new RunningProxy(
                        checking(new Probe.Tcp("PING", List.of("PO", "NG")), true, Optional.empty(), host.port()))) {
            await().until(() -> !state(proxy, host.port()).failsChecks());
            well.set(false);
            await().until(() -> state(proxy, host.port()).failsChecks());
            well.set(true);
            await().until(() -> !state(proxy, host.port()).failsChecks());
        }
        try (var host = Origin.answering("");
                var proxy =
                        new RunningProxy(checking(new Probe.Tcp("", List.of()), true, Optional.empty(), host.port()))) {
            await().until(() -> !state(proxy, host.port()).failsChecks());
        }
    }

    @Test
    void without_a_check_any_more_a_host_is_well_and_is_not_asked_again() throws Exception {
        try (var host = Origin.answering(ILL);
                var proxy = new RunningProxy(checking(HTTP, true, Optional.empty(), host.port()))) {
            await().until(() -> !host.heads.isEmpty());
            assertThat(state(proxy, host.port()).failsChecks()).isTrue();
            proxy.config.swap(RunningProxy.config(host.port()));
            await().until(() -> !state(proxy, host.port()).failsChecks());
            assertThat(proxy.upstreams.checks()).isEmpty();
        }
    }
}
