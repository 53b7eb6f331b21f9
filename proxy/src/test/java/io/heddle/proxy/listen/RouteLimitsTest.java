package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.model.problem.Checked;
import io.heddle.proxy.upstream.RouteBreakers;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.RoutingPriority;
import io.heddle.traffic.resilience.retry.RetryCounts.Figure;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Circuit breakers by route, over real sockets.
class RouteLimitsTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static final String BAD = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n";

    /// A route of the cluster `app` with these limits.
    private static String route(String path, String action, String limits) {
        return """
                { name: '%1$s', match: { prefix: %1$s }, route: { cluster: app, %2$s }, metadata: {
                  typed_filter_metadata: { heddle.circuit_breakers: {
                    "@type": type.googleapis.com/envoy.config.cluster.v3.CircuitBreakers,
                    thresholds: [ { %3$s }, { priority: HIGH, %3$s } ] } } } }""".formatted(path, action, limits);
    }

    private static RuntimeConfig config(int port, String ofCluster, String... routes) {
        var text = """
                static_resources: {
                  listeners: [ { name: in, address: { socket_address: { address: 127.0.0.1, port_value: 0 } },
                    filter_chains: [ { filters: [ { name: http, typed_config: {
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
                      stat_prefix: in,
                      route_config: { name: all, virtual_hosts: [ { name: all, domains: ["*"], routes: [ %s ] } ] },
                      http_filters: [ { name: router, typed_config: {
                        "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } } ] } } ] } ] } ],
                  clusters: [ { name: app, type: STATIC, connect_timeout: 5s, load_assignment: { cluster_name: app,
                    endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: {
                      address: 127.0.0.1, port_value: %d } } } } ] } ] }, %s } ] }
                """.formatted(String.join(", ", routes), port, ofCluster);
        var read = BootstrapReader.read(text);
        assertThat(read.problems()).isEmpty();
        return ((Checked.Ok<Bootstrap>) read).value().fixed();
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: shop\r\n\r\n";
    }

    private static String ask(Socket client, String path) throws IOException {
        Origin.write(client, get(path));
        return status(client);
    }

    private static String status(Socket client) throws IOException {
        var head = Origin.head(client.getInputStream());
        int at = head.toLowerCase(Locale.ROOT).indexOf("content-length: ") + "content-length: ".length();
        Origin.read(client.getInputStream(), Integer.parseInt(head.substring(at, head.indexOf('\r', at))));
        return head.substring(9, 12);
    }

    private static CircuitBreaker breaker(RunningProxy proxy, String route) {
        return proxy.breakers.all().stream()
                .filter(live -> live.limits().names().route().equals(route))
                .map(RouteBreakers.Live::breaker)
                .findFirst()
                .orElseThrow();
    }

    /// What is under way by all routes and in the cluster, but for connections.
    private static int underWay(RunningProxy proxy) {
        var all = new ArrayList<CircuitBreaker>();
        proxy.breakers.all().forEach(live -> all.add(live.breaker()));
        proxy.upstreams.all().forEach(cluster -> {
            for (var priority : RoutingPriority.values()) {
                all.add(cluster.load().breaker(priority));
            }
        });
        return all.stream()
                .mapToInt(breaker -> breaker.active(Resource.REQUESTS)
                        + breaker.active(Resource.PENDING)
                        + breaker.active(Resource.RETRIES))
                .sum();
    }

    private static void awaitNothingUnderWay(RunningProxy proxy) {
        await().until(() -> underWay(proxy) == 0);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A host that answers nobody before `go`, and counts the requests for `/limited` that are there `now`.
    private static Origin waiting(CountDownLatch go, AtomicInteger now, AtomicInteger most) {
        return new Origin((socket, _) -> {
            var head = Origin.head(socket.getInputStream());
            while (!head.isEmpty()) {
                boolean counts = head.startsWith("GET /limited ");
                most.accumulateAndGet(counts ? now.incrementAndGet() : 0, Math::max);
                awaitQuietly(go);
                now.addAndGet(counts ? -1 : 0);
                Origin.write(socket, OK);
                head = Origin.head(socket.getInputStream());
            }
        });
    }

    private static Origin waiting(CountDownLatch go) {
        return waiting(go, new AtomicInteger(), new AtomicInteger());
    }

    @Test
    void of_fifty_clients_no_more_than_the_limit_get_through_on_all_event_loops_together() throws Exception {
        int clients = 50;
        int limit = 7;
        var go = new CountDownLatch(1);
        var most = new AtomicInteger();
        var refused = new CountDownLatch(clients - limit);
        List<String> answers = Collections.synchronizedList(new ArrayList<>());
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        try (var origin = waiting(go, new AtomicInteger(), most);
                var proxy = new RunningProxy(
                        config(
                                origin.port(),
                                "",
                                route("/limited", "", "max_requests: " + limit),
                                route("/", "", "max_requests: 1000")),
                        timeline -> seen.add(timeline.status + " " + timeline.flag.code() + " " + timeline.details),
                        2);
                var other = proxy.connect()) {
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < clients; i++) {
                threads.add(Thread.ofVirtual().start(() -> {
                    try (var client = proxy.connect()) {
                        Origin.write(client, get("/limited"));
                        var head = Origin.head(client.getInputStream());
                        answers.add(head.substring(9, 12) + head.contains("\r\nx-envoy-overloaded: true\r\n"));
                        refused.countDown();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            awaitQuietly(refused);
            assertThat(breaker(proxy, "/limited").active(Resource.REQUESTS)).isEqualTo(limit);
            Origin.write(other, get("/other")); // Another route of the same cluster is free.
            await().until(() -> breaker(proxy, "/").active(Resource.REQUESTS) == 1);
            await().until(() -> most.get() == limit);
            go.countDown();
            assertThat(status(other)).isEqualTo("200");
            for (var thread : threads) {
                thread.join();
            }
            assertThat(answers)
                    .containsOnly("200false", "503true")
                    .filteredOn(answer -> answer.startsWith("200"))
                    .hasSize(limit);
            assertThat(most.get()).as("at the host").isEqualTo(limit);
            await().until(() -> seen.size() == clients + 1);
            assertThat(seen)
                    .filteredOn(answer -> answer.startsWith("503"))
                    .hasSize(clients - limit)
                    .containsOnly("503 UO overflow");
            assertThat(breaker(proxy, "/limited").requestOverflow()).isEqualTo(clients - limit);
            var app = proxy.upstreams.cluster("app").orElseThrow();
            assertThat(app.breaker().requestOverflow())
                    .as("the cluster refused none")
                    .isZero();
            awaitNothingUnderWay(proxy);
        }
    }

    @Test
    void retries_beyond_the_limit_of_the_route_are_not_made() throws IOException {
        var again = "retry_policy: { retry_on: 5xx, num_retries: 2, retry_back_off: { base_interval: 0.001s } }";
        try (var origin = Origin.answering(BAD);
                var proxy = new RunningProxy(config(
                        origin.port(),
                        "",
                        route("/none", again, "max_retries: 0"),
                        route(
                                "/budget",
                                again,
                                "retry_budget: { budget_percent: { value: 100 }, min_retry_concurrency: 0 }"),
                        route("/", again, "max_retries: 1, max_requests: 1")));
                var client = proxy.connect()) {
            assertThat(ask(client, "/none")).isEqualTo("503");
            assertThat(origin.heads).hasSize(1);
            assertThat(proxy.seen(0).flag()).isEqualTo("UO");
            var counts = proxy.upstreams.cluster("app").orElseThrow().load().retries();
            assertThat(counts.value(Figure.OVERFLOW)).isEqualTo(1);
            assertThat(ask(client, "/budget")).isEqualTo("503");
            assertThat(origin.heads).as("one retry for each request").hasSize(1 + 3);
            assertThat(ask(client, "/free")).isEqualTo("503");
            assertThat(origin.heads).as("one after the other").hasSize(1 + 3 + 3);
            assertThat(counts.value(Figure.OVERFLOW)).isEqualTo(1);
            awaitNothingUnderWay(proxy);
        }
    }

    @Test
    void no_more_requests_of_a_route_wait_for_a_connection_than_it_says() throws IOException {
        var go = new CountDownLatch(1);
        var oneConnection = "circuit_breakers: { thresholds: [ { max_connections: 1 } ] }";
        try (var origin = waiting(go);
                var proxy = new RunningProxy(config(
                        origin.port(),
                        oneConnection,
                        route("/limited", "", "max_pending_requests: 1"),
                        route("/", "", "max_requests: 1000")));
                var first = proxy.connect();
                var second = proxy.connect();
                var third = proxy.connect();
                var other = proxy.connect()) {
            Origin.write(first, get("/limited"));
            await().until(() -> breaker(proxy, "/limited").active(Resource.REQUESTS) == 1
                    && breaker(proxy, "/limited").active(Resource.PENDING) == 0);
            Origin.write(second, get("/limited"));
            await().until(() -> breaker(proxy, "/limited").active(Resource.PENDING) == 1);
            assertThat(ask(third, "/limited")).isEqualTo("503");
            assertThat(proxy.seen(0).flag()).isEqualTo("UO");
            assertThat(breaker(proxy, "/limited").pendingOverflow()).isEqualTo(1);
            Origin.write(other, get("/other"));
            var app = proxy.upstreams.cluster("app").orElseThrow();
            await().until(() -> app.breaker().active(Resource.PENDING) == 2);
            assertThat(app.breaker().pendingOverflow()).isZero();
            go.countDown();
            assertThat(status(first) + status(second) + status(other)).isEqualTo("200200200");
            awaitNothingUnderWay(proxy);
        }
    }

    @Test
    void what_the_cluster_refuses_does_not_count_for_the_route() throws IOException {
        var nothing = "circuit_breakers: { thresholds: [ { max_requests: 0 }, { priority: HIGH,"
                + " max_pending_requests: 0 } ] }";
        try (var origin = Origin.answering(OK);
                var proxy = new RunningProxy(config(
                        origin.port(),
                        nothing,
                        route("/high", "priority: HIGH", "max_requests: 1, max_pending_requests: 1"),
                        route("/", "", "max_requests: 1")));
                var client = proxy.connect()) {
            assertThat(ask(client, "/")).isEqualTo("503");
            assertThat(ask(client, "/")).isEqualTo("503");
            assertThat(ask(client, "/high")).isEqualTo("503");
            awaitNothingUnderWay(proxy);
            assertThat(breaker(proxy, "/").requestOverflow()).isZero();
            assertThat(breaker(proxy, "/high").pendingOverflow()).isZero();
            var app = proxy.upstreams.cluster("app").orElseThrow();
            assertThat(app.breaker().requestOverflow()).isEqualTo(2);
        }
    }

    @Test
    void what_is_under_way_counts_on_over_new_configurations_and_new_limits() throws IOException {
        var go = new CountDownLatch(1);
        try (var origin = waiting(go);
                var proxy = new RunningProxy(config(origin.port(), "", route("/", "", "max_requests: 1")));
                var first = proxy.connect();
                var second = proxy.connect();
                var third = proxy.connect()) {
            Origin.write(first, get("/"));
            await().until(() -> breaker(proxy, "/").active(Resource.REQUESTS) == 1);
            proxy.config.swap(config(
                    origin.port(),
                    "",
                    route("/new", "", "max_requests: 9"),
                    route("/", "timeout: 20s", "max_requests: 1")));
            assertThat(ask(second, "/")).as("the one before counts on").isEqualTo("503");
            proxy.config.swap(config(origin.port(), "", route("/", "", "max_requests: 2")));
            Origin.write(second, get("/"));
            await().until(() -> breaker(proxy, "/").active(Resource.REQUESTS) == 2);
            assertThat(ask(third, "/")).isEqualTo("503");
            proxy.config.swap(config(origin.port(), "", "{ match: { prefix: / }, route: { cluster: app } }"));
            assertThat(proxy.breakers.all()).as("two are under way").hasSize(1);
            proxy.config.swap(config(origin.port(), "", route("/", "", "max_requests: 2")));
            assertThat(ask(third, "/")).as("a route that comes back counts on").isEqualTo("503");
            go.countDown();
            assertThat(status(first) + status(second)).isEqualTo("200200");
            awaitNothingUnderWay(proxy);
            proxy.config.swap(config(origin.port(), "", "{ match: { prefix: / }, route: { cluster: app } }"));
            assertThat(proxy.breakers.all()).isEmpty();
        }
    }

    @Test
    void a_redirect_that_is_followed_leaves_one_route_and_counts_at_the_next() throws IOException {
        var go = new CountDownLatch(1);
        var moved = "HTTP/1.1 302 Found\r\nLocation: http://shop/there\r\nContent-Length: 0\r\n\r\n";
        try (var origin = new Origin((socket, _) -> {
                    var head = Origin.head(socket.getInputStream());
                    while (!head.isEmpty()) {
                        boolean there = head.startsWith("GET /there ");
                        if (there) {
                            awaitQuietly(go);
                        }
                        Origin.write(socket, there ? OK : moved);
                        head = Origin.head(socket.getInputStream());
                    }
                });
                var proxy = new RunningProxy(config(
                        origin.port(),
                        "",
                        route("/here", "internal_redirect_policy: { max_internal_redirects: 1 }", "max_requests: 1"),
                        route("/", "", "max_requests: 1")));
                var first = proxy.connect();
                var second = proxy.connect()) {
            Origin.write(first, get("/here"));
            await().until(() -> breaker(proxy, "/").active(Resource.REQUESTS) == 1);
            assertThat(breaker(proxy, "/here").active(Resource.REQUESTS)).isZero();
            assertThat(ask(second, "/here")).as("the next route is full").isEqualTo("503");
            go.countDown();
            assertThat(status(first)).isEqualTo("200");
            awaitNothingUnderWay(proxy);
        }
    }

    @Test
    void every_end_of_a_request_gives_back_what_it_counted_once() throws IOException {
        var hedged = "timeout: 20s, retry_policy: { retry_on: 5xx, num_retries: 1, per_try_timeout: 0.05s },"
                + " hedge_policy: { hedge_on_per_try_timeout: true }";
        var limits = "max_requests: 1, max_pending_requests: 1, max_retries: 1";
        var go = new CountDownLatch(1);
        try (var origin = new Origin((socket, _) -> {
                    var head = Origin.head(socket.getInputStream());
                    while (!head.isEmpty()) {
                        if (head.startsWith("GET /reset ")) {
                            return;
                        }
                        if (!head.startsWith("GET /copied ")) {
                            awaitQuietly(go);
                        }
                        Origin.write(socket, OK);
                        head = Origin.head(socket.getInputStream());
                    }
                });
                var proxy = new RunningProxy(config(
                        origin.port(),
                        "",
                        route("/hedged", hedged, limits.replace("max_requests: 1", "max_requests: 2")),
                        route("/slow", "timeout: 0.05s", limits),
                        route("/copied", "request_mirror_policies: [ { cluster: app } ]", limits),
                        route("/", "", limits)));
                var client = proxy.connect()) {
            assertThat(ask(client, "/slow")).isEqualTo("504");
            assertThat(ask(client, "/reset")).isEqualTo("503");
            assertThat(ask(client, "/copied")).isEqualTo("200");
            awaitNothingUnderWay(proxy);
            try (var gone = proxy.connect()) {
                Origin.write(gone, get("/"));
                await().until(() -> breaker(proxy, "/").active(Resource.REQUESTS) == 1);
                gone.setSoLinger(true, 0); // closed by a reset: one that only says no more may wait for its answer
            }
            awaitNothingUnderWay(proxy);
            Origin.write(client, get("/hedged"));
            await().until(() -> breaker(proxy, "/hedged").active(Resource.RETRIES) == 1);
            assertThat(breaker(proxy, "/hedged").active(Resource.REQUESTS))
                    .as("two tries beside each other")
                    .isEqualTo(2);
            go.countDown();
            assertThat(status(client)).isEqualTo("200");
            awaitNothingUnderWay(proxy);
        }
    }
}
