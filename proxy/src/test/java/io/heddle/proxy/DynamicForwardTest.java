package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.proxy.dns.DnsServer;
import io.heddle.proxy.listen.Origin;
import io.heddle.proxy.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A forward proxy for names that requests bring along, over a real DNS server, plaintext and TLS.
class DynamicForwardTest {
    private final DnsServer names = new DnsServer();
    private final Origin origin = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    @TempDir
    private Path state;

    @AfterEach
    void stop() throws IOException {
        names.close();
        origin.close();
    }

    private String cache(String more) {
        return """
                dns_cache_config: {name: names, dns_lookup_family: V4_ONLY, %s
                  typed_dns_resolver_config: {name: envoy.network.dns_resolver.cares, typed_config: {
                    "@type": type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig,
                    resolvers: [{socket_address: {address: 127.0.0.1, port_value: %d}}]}}}
                """.formatted(more, names.port());
    }

    private Proxy proxy(String ofCache, String ofRoute, String ofCluster) throws Exception {
        return proxy(ofCache, "cluster: forward", ofRoute, ofCluster);
    }

    private Proxy proxy(String ofCache, String action, String ofRoute, String ofCluster) throws Exception {
        var text = """
                static_resources: {
                  listeners: [{name: in, address: {socket_address: {address: 127.0.0.1, port_value: 0}},
                    filter_chains: [{filters: [{name: envoy.filters.network.http_connection_manager, typed_config: {
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
                      stat_prefix: forward,
                      route_config: {name: all, virtual_hosts: [{name: all, domains: ["*"], routes: [
                        {match: {prefix: /}, route: {%4$s} %2$s}]}]},
                      http_filters: [
                        {name: envoy.filters.http.dynamic_forward_proxy, typed_config: {
                          "@type": type.googleapis.com/envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig,
                          %1$s}},
                        {name: envoy.filters.http.router, typed_config: {
                          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]}}]}]}],
                  clusters: [{name: forward, lb_policy: CLUSTER_PROVIDED, connect_timeout: 1s, %3$s
                    cluster_type: {name: envoy.clusters.dynamic_forward_proxy, typed_config: {
                      "@type": type.googleapis.com/envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig,
                      %1$s}}}]}
                """.formatted(cache(ofCache), ofRoute, ofCluster, action);
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(text), state.resolve("proxy"))
                .withNode(new ProxyOptions.NodeOverrides(Optional.of("f"), Optional.of("f"), Map.of()))
                .withConcurrency(1);
        var proxy = Proxy.start(options);
        proxy.ready().get(5, TimeUnit.SECONDS);
        return proxy;
    }

    private static Socket connect(Proxy proxy) throws IOException {
        var socket = new Socket();
        var port = Objects.requireNonNull(proxy.ports().get("in")).getPort();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String ask(Socket client, String host, String... headers) throws IOException {
        var lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        Origin.write(client, "GET / HTTP/1.1\r\nHost: " + host + "\r\n" + lines + "\r\n");
        var head = Origin.head(client.getInputStream());
        int at = head.toLowerCase(Locale.ROOT).indexOf("content-length: ") + "content-length: ".length();
        int length = Integer.parseInt(head.substring(at, head.indexOf('\r', at)));
        return head.substring(9, 12) + " " + Origin.read(client.getInputStream(), length);
    }

    @Test
    void a_request_waits_for_its_name_and_the_next_one_does_not() throws Exception {
        names.set("shop.test", 60, "127.0.0.1");
        try (var proxy = proxy("", "", "");
                var client = connect(proxy)) {
            assertThat(ask(client, "shop.test.:" + origin.port())).isEqualTo("200 ok");
            assertThat(ask(client, "SHOP.test.:" + origin.port())).isEqualTo("200 ok");
            assertThat(names.asked()).isEqualTo(1);
            assertThat(ask(client, "127.0.0.1:" + origin.port())).isEqualTo("200 ok");
            assertThat(names.asked()).isEqualTo(1);
        }
        assertThat(origin.seen().get(0).toLowerCase(Locale.ROOT)).contains("host: shop.test.:");
    }

    @Test
    void all_addresses_of_a_name_are_tried_until_one_answers() throws Exception {
        names.set("two.test", 60, "127.0.0.9", "127.0.0.1");
        names.set("twice.test", 60, "127.0.0.8", "127.0.0.9", "127.0.0.1");
        try (var proxy = proxy("", "", "");
                var client = connect(proxy)) {
            assertThat(ask(client, "two.test.:" + origin.port())).isEqualTo("200 ok");
            assertThat(ask(client, "twice.test.:" + origin.port())).isEqualTo("200 ok");
        }
    }

    @Test
    void a_name_that_is_none_is_answered_and_not_asked_for_again_at_once() throws Exception {
        try (var proxy = proxy("", "", "");
                var client = connect(proxy)) {
            assertThat(ask(client, "nowhere.test.")).isEqualTo("503 DNS resolution failure");
            assertThat(ask(client, "nowhere.test.")).isEqualTo("503 DNS resolution failure");
            assertThat(names.asked()).isEqualTo(1);
            assertThat(names.asked()).isEqualTo(1);
        }
    }

    @Test
    void a_failed_name_is_asked_for_by_the_next_request_where_refresh_is_off() throws Exception {
        try (var proxy = proxy("disable_dns_refresh_on_failure: true,", "", "");
                var client = connect(proxy)) {
            assertThat(ask(client, "late.test.:" + origin.port())).startsWith("503");
            names.set("late.test", 60, "127.0.0.1");
            assertThat(ask(client, "late.test.:" + origin.port())).isEqualTo("200 ok");
        }
    }

    @Test
    void no_more_names_are_remembered_than_may_be() throws Exception {
        names.set("one.test", 60, "127.0.0.1");
        names.set("two.test", 60, "127.0.0.1");
        try (var proxy = proxy("max_hosts: 1,", "", "");
                var client = connect(proxy)) {
            assertThat(ask(client, "one.test.:" + origin.port())).isEqualTo("200 ok");
            assertThat(ask(client, "two.test.:" + origin.port())).isEqualTo("503 DNS cache overflow");
            assertThat(ask(client, "one.test.:" + origin.port())).isEqualTo("200 ok");
        }
    }

    @Test
    void no_more_requests_wait_than_may_and_a_silent_server_is_given_up() throws Exception {
        names.silence("slow.test");
        var limits = "dns_query_timeout: 1s, dns_cache_circuit_breaker: {max_pending_requests: 1},";
        try (var proxy = proxy(limits, "", "");
                var first = connect(proxy);
                var second = connect(proxy)) {
            Origin.write(first, "GET / HTTP/1.1\r\nHost: slow.test.\r\n\r\n");
            await().until(() -> names.asked() > 0);
            assertThat(ask(second, "other.test.")).isEqualTo("503 Dynamic forward proxy pending request overflow");
            assertThat(Origin.head(first.getInputStream())).startsWith("HTTP/1.1 503");
        }
    }

    @Test
    void a_route_may_name_the_host_itself_or_by_a_header() throws Exception {
        names.set("real.test", 60, "127.0.0.1");
        var literal = """
                , typed_per_filter_config: {envoy.filters.http.dynamic_forward_proxy: {
                  "@type": type.googleapis.com/envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig,
                  host_rewrite_literal: "real.test.:%d"}}""".formatted(origin.port());
        try (var proxy = proxy("", literal, "");
                var client = connect(proxy)) {
            assertThat(ask(client, "other.test.")).isEqualTo("200 ok");
        }
        var header = literal.replaceAll("host_rewrite_literal: .*\"}}", "host_rewrite_header: x-real-host}}");
        try (var proxy = proxy("", header, "");
                var client = connect(proxy)) {
            assertThat(ask(client, "other.test.", "X-Real-Host: real.test.:" + origin.port()))
                    .isEqualTo("200 ok");
            assertThat(ask(client, "other.test.")).startsWith("503");
        }
        assertThat(origin.seen())
                .hasSize(2)
                .allSatisfy(head -> assertThat(head)
                        .containsIgnoringCase("host: real.test.:" + origin.port())
                        .doesNotContain("other.test"));
    }

    @Test
    void the_host_that_a_route_names_counts_for_nothing_where_the_filter_is_off_or_another_is_meant() throws Exception {
        names.set("real.test", 60, "127.0.0.1");
        var named = """
                , typed_per_filter_config: {%s: {
                  "@type": type.googleapis.com/envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig,
                  host_rewrite_literal: nowhere.test.}}""";
        var off = """
                weighted_clusters: {clusters: [{name: forward, weight: 1, typed_per_filter_config: {
                  envoy.filters.http.dynamic_forward_proxy: {
                    "@type": type.googleapis.com/envoy.config.route.v3.FilterConfig, disabled: true}}}]}""";
        try (var proxy = proxy("", off, named.formatted("envoy.filters.http.dynamic_forward_proxy"), "");
                var client = connect(proxy)) {
            assertThat(ask(client, "real.test.:" + origin.port())).isEqualTo("200 ok");
        }
        try (var proxy = proxy("", named.formatted("other"), "");
                var client = connect(proxy)) {
            assertThat(ask(client, "real.test.:" + origin.port())).isEqualTo("200 ok");
        }
        assertThat(names.asked()).as("of the one name, by each proxy").isEqualTo(2);
    }

    @Test
    void over_tls_a_host_must_prove_the_name_it_was_asked_for() throws Exception {
        var authority = TestAuthority.create("public");
        Files.writeString(state.resolve("root.pem"), authority.rootPem());
        names.set("good.test", 60, "127.0.0.1");
        names.set("evil.test", 60, "127.0.0.1");
        try (var server = secured(authority.issue(TestAuthority.dns("good.test")));
                var proxy = proxy("", "", """
                        transport_socket: {name: envoy.transport_sockets.tls, typed_config: {
                          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext,
                          common_tls_context: {validation_context: {trusted_ca: {filename: "%s/root.pem"}}}}},
                        """.formatted(state));
                var client = connect(proxy)) {
            int port = Objects.requireNonNull(server.ports().get("in")).getPort();
            assertThat(ask(client, "good.test.:" + port)).isEqualTo("200 ok");
            assertThat(ask(client, "evil.test.:" + port)).startsWith("503");
            assertThat(origin.seen()).hasSize(1);
        }
    }

    /// A proxy that stands for a TLS server: it serves only who sends the right SNI.
    private Proxy secured(TestAuthority.Issued issued) throws Exception {
        Files.writeString(state.resolve("server.pem"), issued.chain());
        Files.writeString(state.resolve("server.key"), issued.key());
        var text = """
                static_resources: {
                  listeners: [{name: in, address: {socket_address: {address: 127.0.0.1, port_value: 0}},
                    listener_filters: [{name: envoy.filters.listener.tls_inspector, typed_config: {
                      "@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector}}],
                    filter_chains: [{filter_chain_match: {server_names: [good.test, evil.test]},
                      transport_socket: {name: envoy.transport_sockets.tls, typed_config: {
                        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext,
                        common_tls_context: {tls_certificates: [{certificate_chain: {filename: "%1$s/server.pem"},
                          private_key: {filename: "%1$s/server.key"}}]}}},
                      filters: [{name: envoy.filters.network.tcp_proxy, typed_config: {
                        "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy,
                        stat_prefix: relay, cluster: next}}]}]}],
                  clusters: [{name: next, type: STATIC, connect_timeout: 1s,
                    load_assignment: {cluster_name: next, endpoints: [{lb_endpoints: [
                      {endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}}}]}]}}]}
                """.formatted(state, origin.port());
        var options = ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(text), state.resolve("server"))
                .withNode(new ProxyOptions.NodeOverrides(Optional.of("s"), Optional.of("s"), Map.of()))
                .withConcurrency(1);
        var server = Proxy.start(options);
        server.ready().get(5, TimeUnit.SECONDS);
        return server;
    }
}
