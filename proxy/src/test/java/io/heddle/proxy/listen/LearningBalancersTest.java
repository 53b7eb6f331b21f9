package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Balancers that go by what hosts do, from a bootstrap's text to real sockets.
class LearningBalancersTest {
    private static final String POLICIES = "type.googleapis.com/envoy.extensions.load_balancing_policies.";

    private final List<Origin> origins = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        for (var origin : origins) {
            origin.close();
        }
    }

    private void origin(String lines) {
        origins.add(Origin.answering("HTTP/1.1 200 OK\r\n" + lines + "Content-Length: 1\r\n\r\n" + origins.size()));
    }

    private void chunked(String trailers) {
        origins.add(Origin.answering("HTTP/1.1 200 OK\r\nTrailer: endpoint-load-metrics\r\nTransfer-Encoding: chunked"
                + "\r\n\r\n1\r\n" + origins.size() + "\r\n0\r\n" + trailers + "\r\n"));
    }

    private RuntimeConfig config(String policy, String route) {
        return config(policy, route, "");
    }

    private RuntimeConfig config(String policy, String route, String fields) {
        var endpoints = new StringBuilder();
        for (var origin : origins) {
            endpoints.append("{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } } },"
                    .formatted(origin.port()));
        }
        var text = """
                { static_resources: {
                    listeners: [ { name: in, address: { socket_address: { address: 127.0.0.1, port_value: 0 } },
                      filter_chains: [ { filters: [ { name: hcm, typed_config: {
                        "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
                        stat_prefix: in,
                        http_filters: [ { name: router, typed_config: {
                          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } } ],
                        route_config: { virtual_hosts: [ { name: all, domains: ["*"], routes: [ {
                          match: { prefix: / }, route: { cluster: app, %s } } ] } ] } } } ] } ] } ],
                    clusters: [ { name: app, type: STATIC, %s load_balancing_policy: { policies: [ {
                      typed_extension_config: { name: p, typed_config: { "@type": %s } } } ] },
                      load_assignment: { cluster_name: app, endpoints: [ { lb_endpoints: [ %s ] } ] } } ] } }
                """.formatted(route, fields, policy, endpoints);
        var read = BootstrapReader.read(text);
        assertThat(read.problems()).isEmpty();
        return ((Checked.Ok<Bootstrap>) read).value().fixed();
    }

    private static String ask(Socket client) throws IOException {
        Origin.write(client, "GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
        var head = Origin.head(client.getInputStream());
        assertThat(head).startsWith("HTTP/1.1 200");
        if (!head.toLowerCase(java.util.Locale.ROOT).contains("chunked")) {
            return Origin.read(client.getInputStream(), 1);
        }
        Origin.read(client.getInputStream(), 3); // the length of the chunk
        var host = Origin.read(client.getInputStream(), 1);
        Origin.head(client.getInputStream()); // the end and the trailers
        return host;
    }

    private static Map<String, Integer> hosts(Socket client, int times) throws IOException {
        var hosts = new HashMap<String, Integer>();
        for (int i = 0; i < times; i++) {
            hosts.merge(ask(client), 1, Integer::sum);
        }
        return hosts;
    }

    @Test
    void pick_first_stays_with_a_host_until_no_connection_can_be_made() throws Exception {
        origin("");
        origin("");
        origin("");
        var retry = "retry_policy: { retry_on: \"connect-failure,reset\", num_retries: 2 }";
        try (var proxy = new RunningProxy(config(POLICIES + "pick_first.v3.PickFirst", retry))) {
            try (var client = proxy.connect()) {
                assertThat(hosts(client, 20)).containsOnlyKeys("0");
            }
            origins.get(0).close();
            try (var client = proxy.connect()) {
                assertThat(hosts(client, 20)).containsOnlyKeys("1");
            }
        }
    }

    @Test
    void the_host_of_the_next_request_has_a_connection_already() throws Exception {
        origin("");
        origin("");
        origin("");
        var config = config(
                POLICIES + "round_robin.v3.RoundRobin", "", "preconnect_policy: { predictive_preconnect_ratio: 2.0 },");
        try (var proxy = new RunningProxy(config);
                var client = proxy.connect()) {
            for (int i = 1; i <= 3; i++) {
                int expected = Math.min(3, i + 1);
                int host = Integer.parseInt(ask(client));
                assertThat(origins.get(host).connections).hasValue(1);
                await().until(() -> origins.stream()
                                .mapToInt(origin -> origin.connections.get())
                                .sum()
                        == expected);
            }
            assertThat(hosts(client, 30))
                    .hasSize(3)
                    .allSatisfy((_, count) -> assertThat(count).isBetween(9, 11));
            assertThat(origins)
                    .allSatisfy(origin -> assertThat(origin.connections).hasValue(1));
        }
    }

    @Test
    void reports_of_load_with_answers_become_weights() throws Exception {
        origin("endpoint-load-metrics: TEXT cpu_utilization=0.2,rps_fractional=60\r\n"); // 300
        origin("Endpoint-Load-Metrics: JSON {\"application_utilization\": 0.6, \"rps_fractional\": 60}\r\n"); // 100
        chunked("endpoint-load-metrics: TEXT cpu_utilization=0.5,rps_fractional=100,eps=50\r\n"); // 100
        var policy = POLICIES
                + "client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin, blackout_period: 0s,"
                + " weight_update_period: 0.1s";
        try (var proxy = new RunningProxy(config(policy, ""));
                var client = proxy.connect()) {
            await().untilAsserted(() -> {
                var shares = hosts(client, 100);
                assertThat(shares.get("0")).isBetween(58, 62);
                assertThat(shares.get("1")).isBetween(18, 22);
                assertThat(shares.get("2")).isBetween(18, 22);
            });
        }
    }

    @Test
    void a_host_that_answers_late_is_avoided() throws Exception {
        origin("");
        origins.add(new Origin((socket, _) -> {
            while (!Origin.head(socket.getInputStream()).isEmpty()) {
                java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
                Origin.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
            }
        }));
        var policy = "type.googleapis.com/xds.type.v3.TypedStruct, type_url: " + POLICIES
                + "peak_ewma.v3alpha.PeakEwma, value: { decay_time: 600s }";
        try (var proxy = new RunningProxy(config(policy, ""));
                var client = proxy.connect()) {
            assertThat(hosts(client, 100).getOrDefault("1", 0)).isBetween(0, 1);
        }
    }
}
