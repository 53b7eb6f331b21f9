package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.Thresholds;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Clusters that are made of others, over real sockets.
class AggregateClusterTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: shop\r\n\r\n";

    private final Origin near = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnear");
    private final Origin away = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\naway");

    @AfterEach
    void stop() throws IOException {
        near.close();
        away.close();
    }

    /// The cluster `app` is made of `names`, and these others are there.
    private static RuntimeConfig config(List<String> names, Map<String, Cluster> others) {
        var base = RunningProxy.config(1);
        var clusters = new HashMap<>(others);
        clusters.put("app", renamed(base, "app", new Cluster.Discovery.Aggregate(names)));
        return new RuntimeConfig(base.listeners(), Map.of(), clusters, Map.of(), Map.of());
    }

    private static Cluster renamed(RuntimeConfig config, String name, Cluster.Discovery discovery) {
        return renamed(config, name, discovery, BreakerLimits.DEFAULT);
    }

    private static Cluster renamed(
            RuntimeConfig config, String name, Cluster.Discovery discovery, BreakerLimits limits) {
        var app = Objects.requireNonNull(config.clusters().get("app"));
        return new Cluster(
                name,
                discovery,
                discovery instanceof Cluster.Discovery.Aggregate ? EndpointSet.EMPTY : app.endpoints(),
                app.connectTimeout(),
                app.balancer(),
                limits,
                app.transports(),
                app.protocol(),
                app.http2(),
                app.connections(),
                app.service());
    }

    private static Cluster at(String name, int... ports) {
        return renamed(RunningProxy.config(ports), name, Cluster.Discovery.STATIC);
    }

    private static String ask(Socket client) throws IOException {
        Origin.write(client, GET);
        var head = Origin.head(client.getInputStream());
        return head.startsWith("HTTP/1.1 200") ? Origin.read(client.getInputStream(), 4) : head.substring(9, 12);
    }

    @Test
    void the_first_cluster_serves_until_it_has_no_host_in_service() throws Exception {
        var names = List.of("first", "second");
        var both = Map.of("first", at("first", near.port()), "second", at("second", away.port()));
        try (var proxy = new RunningProxy(config(names, both));
                var client = proxy.connect()) {
            assertThat(List.of(ask(client), ask(client))).containsOnly("near");
            proxy.config.swap(config(names, Map.of("first", at("first"), "second", at("second", away.port()))));
            assertThat(List.of(ask(client), ask(client))).containsOnly("away");
            proxy.config.swap(config(names, both));
            assertThat(ask(client)).isEqualTo("near");
            proxy.config.swap(config(names, Map.of("second", at("second", away.port()))));
            assertThat(ask(client)).isEqualTo("away");
        }
    }

    @Test
    void a_host_that_its_own_cluster_ejects_is_passed_over_by_the_aggregate_too() throws Exception {
        int dead;
        try (var gone = new ServerSocket(0)) {
            dead = gone.getLocalPort();
        }
        var clusters = Map.of("first", at("first", dead), "second", at("second", away.port()));
        try (var proxy = new RunningProxy(config(List.of("first", "second"), clusters));
                var client = proxy.connect()) {
            String answer = ask(client);
            for (int i = 0; i < 100 && !answer.equals("away"); i++) {
                answer = ask(client);
            }
            assertThat(List.of(answer, ask(client))).containsOnly("away");
        }
    }

    @Test
    void requests_count_at_the_cluster_whose_host_takes_them_and_not_at_the_aggregate() throws Exception {
        var thresholds = new Thresholds(1024, 1024, 2, 3);
        var two = new BreakerLimits(thresholds, thresholds, Integer.MAX_VALUE);
        var none = new Thresholds(1024, 1024, 0, 3);
        var go = new CountDownLatch(1);
        try (var origin = new Origin((socket, _) -> {
            Origin.head(socket.getInputStream());
            awaitQuietly(go);
            Origin.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
        })) {
            var base = RunningProxy.config(origin.port());
            var aggregate = new Cluster.Discovery.Aggregate(List.of("part"));
            var clusters = Map.of(
                    "app",
                    renamed(base, "app", aggregate, new BreakerLimits(none, none, Integer.MAX_VALUE)),
                    "part",
                    renamed(base, "part", Cluster.Discovery.STATIC, two));
            try (var proxy = new RunningProxy(
                            new RuntimeConfig(base.listeners(), Map.of(), clusters, Map.of(), Map.of()));
                    var first = proxy.connect();
                    var second = proxy.connect();
                    var third = proxy.connect()) {
                var part = proxy.upstreams.cluster("part").orElseThrow().breaker();
                Origin.write(first, GET);
                Origin.write(second, GET);
                await().until(() -> part.active(Resource.REQUESTS) == 2);
                assertThat(ask(third)).as("one more than the part may have").isEqualTo("503");
                go.countDown();
                assertThat(Origin.head(first.getInputStream())).startsWith("HTTP/1.1 200");
                assertThat(Origin.head(second.getInputStream())).startsWith("HTTP/1.1 200");
                await().until(() -> part.active(Resource.REQUESTS) == 0);
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void an_aggregate_may_stand_in_an_aggregate_and_without_clusters_nobody_answers() throws Exception {
        var clusters = Map.of(
                "inner",
                renamed(RunningProxy.config(), "inner", new Cluster.Discovery.Aggregate(List.of("leaf"))),
                "leaf",
                at("leaf", near.port()));
        try (var proxy = new RunningProxy(config(List.of("missing", "inner"), clusters));
                var client = proxy.connect()) {
            assertThat(ask(client)).isEqualTo("near");
            proxy.config.swap(config(List.of("missing"), Map.of()));
            assertThat(ask(client)).isEqualTo("503");
        }
    }

    @Test
    void a_cluster_inside_has_requests_hashed_as_it_says_itself() throws Exception {
        var endpoints = new StringBuilder();
        for (var origin : List.of(near, away)) {
            endpoints.append("{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } } },"
                    .formatted(origin.port()));
        }
        var read = BootstrapReader.read("""
                { static_resources: { clusters: [
                    { name: app, cluster_type: { name: aggregate, typed_config: {
                        "@type": type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig,
                        clusters: [ cart ] } }, lb_policy: CLUSTER_PROVIDED },
                    { name: cart, type: STATIC, load_balancing_policy: { policies: [ { typed_extension_config: {
                        name: m, typed_config: {
                          "@type": type.googleapis.com/envoy.extensions.load_balancing_policies.maglev.v3.Maglev,
                          consistent_hashing_lb_config: { hash_policy: [ { query_parameter: { name: user } } ] }
                        } } } ] },
                      load_assignment: { cluster_name: cart, endpoints: [ { lb_endpoints: [ %s ] } ] } } ] } }
                """.formatted(endpoints));
        assertThat(read.problems()).isEmpty();
        var clusters = ((Checked.Ok<Bootstrap>) read).value().fixed().clusters();
        var base = RunningProxy.config(1);
        try (var proxy = new RunningProxy(new RuntimeConfig(base.listeners(), Map.of(), clusters, Map.of(), Map.of()));
                var client = proxy.connect()) {
            for (int user = 0; user < 10; user++) {
                var hosts = new HashSet<String>();
                for (int i = 0; i < 5; i++) {
                    Origin.write(client, "GET /?user=" + user + " HTTP/1.1\r\nHost: shop\r\n\r\n");
                    assertThat(Origin.head(client.getInputStream())).startsWith("HTTP/1.1 200");
                    hosts.add(Origin.read(client.getInputStream(), 4));
                }
                assertThat(hosts).hasSize(1);
            }
            assertThat(near.heads).isNotEmpty();
            assertThat(away.heads).isNotEmpty();
        }
    }
}
