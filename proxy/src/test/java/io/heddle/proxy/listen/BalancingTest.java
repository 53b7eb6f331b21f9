package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Which host takes a request, from a bootstrap's text to real sockets.
class BalancingTest {
    private final List<Origin> origins = IntStream.range(0, 4)
            .mapToObj(i -> Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + i))
            .toList();

    @AfterEach
    void stop() throws IOException {
        for (var origin : origins) {
            origin.close();
        }
    }

    private RuntimeConfig config(String cluster, String route, String filters) {
        var endpoints = new StringBuilder();
        for (int i = 0; i < origins.size(); i++) {
            endpoints.append(
                    """
                          { metadata: { filter_metadata: { envoy.lb: { version: "%d", parity: "%s" } } },
                            endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } } },
                    """.formatted(i, i % 2 == 0 ? "even" : "odd", origins.get(i).port()));
        }
        var text = """
                { static_resources: {
                    listeners: [ { name: in, address: { socket_address: { address: 127.0.0.1, port_value: 0 } },
                      filter_chains: [ { filters: [ { name: hcm, typed_config: {
                        "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
                        stat_prefix: in,
                        http_filters: [ %s { name: router, typed_config: {
                          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } } ],
                        route_config: { virtual_hosts: [ { name: all, domains: ["*"], routes: [ {
                          match: { prefix: / }, route: { cluster: app, %s } } ] } ] } } } ] } ] } ],
                    clusters: [ { name: app, type: STATIC, %s
                      load_assignment: { cluster_name: app, endpoints: [ { lb_endpoints: [ %s ] } ] } } ] } }
                """.formatted(filters, route, cluster, endpoints);
        var read = BootstrapReader.read(text);
        assertThat(read.problems()).isEmpty();
        return ((Checked.Ok<Bootstrap>) read).value().fixed();
    }

    /// The answer's head and the host that gave it, or the status.
    private record Answer(String head, String host) {}

    private static Answer ask(Socket client, String path, String lines) throws IOException {
        Origin.write(client, "GET " + path + " HTTP/1.1\r\nHost: shop\r\n" + lines + "\r\n");
        var head = Origin.head(client.getInputStream());
        if (head.startsWith("HTTP/1.1 200")) {
            return new Answer(head, Origin.read(client.getInputStream(), 1));
        }
        var length = head.replaceAll("(?is).*content-length: (\\d+).*", "$1");
        Origin.read(client.getInputStream(), Integer.parseInt(length));
        return new Answer(head, head.substring(9, 12));
    }

    private static Set<String> hosts(Socket client, String path, String lines, int times) throws IOException {
        var hosts = new HashSet<String>();
        for (int i = 0; i < times; i++) {
            hosts.add(ask(client, path, lines).host());
        }
        return hosts;
    }

    @Test
    void a_header_says_where_requests_belong() throws Exception {
        for (var policy : List.of("RING_HASH", "MAGLEV")) {
            var route = "hash_policy: [ { header: { header_name: x-user } } ]";
            try (var proxy = new RunningProxy(config("lb_policy: " + policy + ",", route, ""));
                    var client = proxy.connect()) {
                var all = new ArrayList<String>();
                for (int user = 0; user < 30; user++) {
                    var hosts = hosts(client, "/", "x-user: " + user + "\r\n", 3);
                    assertThat(hosts).hasSize(1);
                    all.addAll(hosts);
                }
                assertThat(new HashSet<>(all)).hasSize(4);
                assertThat(hosts(client, "/", "", 40)).as("without a hash").hasSize(4);
            }
        }
    }

    @Test
    void a_client_without_a_cookie_gets_one_that_leads_it_back() throws Exception {
        var route = "hash_policy: [ { cookie: { name: place, ttl: 60s, path: / } } ]";
        try (var proxy = new RunningProxy(config("lb_policy: MAGLEV,", route, ""));
                var client = proxy.connect();
                var other = proxy.connect()) {
            var first = ask(client, "/", "");
            assertThat(first.head())
                    .containsPattern("(?i)set-cookie: place=\"[0-9a-f]{16}\"; Max-Age=60; Path=/; HttpOnly");
            var value = first.head().replaceAll("(?s).*place=\"([0-9a-f]{16})\".*", "$1");
            for (int i = 0; i < 5; i++) {
                var again = ask(other, "/", "cookie: place=" + value + "\r\n");
                assertThat(again.host()).isEqualTo(first.host());
                assertThat(again.head()).doesNotContainIgnoringCase("set-cookie");
            }
        }
    }

    @Test
    void a_cluster_can_say_itself_what_is_hashed() throws Exception {
        var cluster = """
                load_balancing_policy: { policies: [ { typed_extension_config: { name: ring, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash,
                  consistent_hashing_lb_config: { hash_policy: [ { query_parameter: { name: user } } ] } } } } ] },
                """;
        try (var proxy = new RunningProxy(config(cluster, "", ""));
                var client = proxy.connect()) {
            assertThat(hosts(client, "/?user=ann", "", 10)).hasSize(1);
            assertThat(hosts(client, "/", "", 40)).hasSize(4);
        }
    }

    @Test
    void a_route_asks_for_a_subset_of_the_hosts() throws Exception {
        var cluster = "lb_subset_config: { fallback_policy: NO_FALLBACK, subset_selectors: [ { keys: [parity] },"
                + " { keys: [parity, version] } ] },";
        var odd = "metadata_match: { filter_metadata: { envoy.lb: { parity: odd } } }";
        try (var proxy = new RunningProxy(config(cluster, odd, ""));
                var client = proxy.connect()) {
            assertThat(hosts(client, "/", "", 20)).containsExactlyInAnyOrder("1", "3");
            proxy.config.swap(
                    config(cluster, "metadata_match: { filter_metadata: { envoy.lb: { parity: none } } }", ""));
            assertThat(hosts(client, "/", "", 2)).containsExactly("503");
        }
    }

    @Test
    void a_header_names_the_host() throws Exception {
        var cluster = """
                load_balancing_policy: { policies: [ { typed_extension_config: { name: o, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost,
                  override_host_sources: [ { header: x-host } ], fallback_policy: { policies: [ {
                    typed_extension_config: { name: r, typed_config: {
                      "@type": type.googleapis.com/envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin
                    } } } ] } } } } ] },
                """;
        try (var proxy = new RunningProxy(config(cluster, "", ""));
                var client = proxy.connect()) {
            var line = "x-host: 127.0.0.1:" + origins.get(2).port() + "\r\n";
            assertThat(hosts(client, "/", line, 10)).containsExactly("2");
            assertThat(hosts(client, "/", "", 20)).hasSize(4);
        }
    }

    private static String session(String state, boolean strict) {
        return """
                { name: session, typed_config: {
                  "@type": type.googleapis.com/envoy.extensions.filters.http.stateful_session.v3.StatefulSession,
                  strict: %s, session_state: { name: state, typed_config: {
                    "@type": type.googleapis.com/envoy.extensions.http.stateful_session.%s } } } },
                """.formatted(strict, state);
    }

    @Test
    void a_session_stays_at_its_host_by_a_cookie() throws Exception {
        var filter = session("cookie.v3.CookieBasedSessionState, cookie: { name: stay, path: /shop, ttl: 60s }", false);
        try (var proxy = new RunningProxy(config("", "", filter));
                var client = proxy.connect()) {
            var first = ask(client, "/shop/a", "");
            var told = Pattern.compile("(?i)set-cookie: stay=\"([^\"]+)\"; Max-Age=60; Path=/shop; HttpOnly")
                    .matcher(first.head());
            assertThat(told.find()).as(first.head()).isTrue();
            var line = "cookie: stay=" + told.group(1) + "\r\n";
            assertThat(hosts(client, "/shop?x", line, 10)).containsExactly(first.host());
            assertThat(ask(client, "/shop", line).head()).doesNotContainIgnoringCase("set-cookie");
            assertThat(hosts(client, "/shopping", line, 20)).as("another path").hasSize(4);
            assertThat(ask(client, "/shopping", "").head())
                    .as("a browser would take its host to the session's requests")
                    .doesNotContainIgnoringCase("set-cookie");
            assertThat(hosts(client, "/shop", "cookie: stay=!\r\n", 20)).hasSize(4);
        }
    }

    @Test
    void a_strict_session_fails_when_its_host_is_not_there() throws Exception {
        var state = "header.v3.HeaderBasedSessionState, name: x-session";
        try (var proxy = new RunningProxy(config("", "", session(state, true)));
                var client = proxy.connect()) {
            var first = ask(client, "/", "");
            var told = Pattern.compile("(?i)x-session: (\\S+)").matcher(first.head());
            assertThat(told.find()).as(first.head()).isTrue();
            assertThat(hosts(client, "/", "x-session: " + told.group(1) + "\r\n", 10))
                    .containsExactly(first.host());
            assertThat(hosts(client, "/", "x-session: MTAuOS45Ljk6ODA=\r\n", 2)).containsExactly("503");
            assertThat(hosts(client, "/", "x-session: " + "A".repeat(3000) + "\r\n", 2))
                    .as("an address of no host, however long")
                    .containsExactly("503");
            proxy.config.swap(config("", "", session(state, false)));
            assertThat(hosts(client, "/", "x-session: MTAuOS45Ljk6ODA=\r\n", 20))
                    .hasSize(4);
        }
    }

    @Test
    void a_retry_of_a_strict_session_goes_where_balancing_says() throws Exception {
        var filter = session("header.v3.HeaderBasedSessionState, name: x-session", true);
        // The end of the connection that is kept may come after the next request was sent on it.
        var retry = "retry_policy: { retry_on: 'connect-failure,reset', num_retries: 3, retry_host_predicate: [ {"
                + " name: envoy.retry_host_predicates.previous_hosts, typed_config: { \"@type\":"
                + " type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate } } ] }";
        try (var proxy = new RunningProxy(config("", retry, filter));
                var client = proxy.connect()) {
            var first = ask(client, "/", "");
            var told = Pattern.compile("(?i)x-session: (\\S+)").matcher(first.head());
            assertThat(told.find()).as(first.head()).isTrue();
            origins.get(Integer.parseInt(first.host())).close();
            var second = ask(client, "/", "x-session: " + told.group(1) + "\r\n");
            assertThat(second.head()).startsWith("HTTP/1.1 200").containsIgnoringCase("x-session: ");
            assertThat(second.host()).isNotEqualTo(first.host());
        }
    }
}
