package io.heddle.proxy.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.listen.Origin;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Requests that say which host they go to (`original_dst_lb_config`), over raw sockets, in this proxy
/// as in Envoy.
final class NamedDestinationsTest {
    @TempDir
    private Path folder;

    private static String cluster(String rules) {
        return "type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, original_dst_lb_config: {" + rules + "}";
    }

    private static String request(String... lines) {
        return Stream.of(lines)
                .map(line -> line + "\r\n")
                .collect(Collectors.joining("", "GET /p HTTP/1.1\r\nHost: shop\r\n", "\r\n"));
    }

    private interface Hosts {
        void check(int proxy, int host) throws Exception;
    }

    /// Under these rules, with these filters before the router, behind a PROXY header if `announced`.
    private void holds(String rules, String filters, boolean announced, Hosts check) throws Exception {
        try (var app = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            var announcement = "listener_filters: [{name: pp, typed_config: {\"@type\": type.googleapis.com/"
                    + "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol}}]";
            var bootstrap = SideBySide.bootstrap(announced ? announcement : "", SideBySide.manager(""), cluster(rules))
                    .replace(SideBySide.ROUTER, filters + SideBySide.ROUTER)
                    .replace("HOST", "127.0.0.1:" + app.port());
            SideBySide.holds(folder, bootstrap, port -> check.check(port, app.port()));
        }
    }

    private static void goes(int proxy, String request) throws Exception {
        assertThat(SideBySide.first(proxy, request)).as(request).isEqualTo("HTTP/1.1 200 OK");
    }

    private static void stays(int proxy, String request) throws Exception {
        assertThat(SideBySide.ask(proxy, request, "upstream"))
                .as(request)
                .startsWith("HTTP/1.1 503 ")
                .endsWith("no healthy upstream");
    }

    @Test
    void a_header_says_it() throws Exception {
        holds("use_http_header: true", "", false, (proxy, host) -> {
            var name = "x-envoy-original-dst-host: ";
            goes(proxy, request(name + "127.0.0.1:" + host));
            goes(proxy, request(name + "127.0.0.1:0" + host));
            goes(proxy, request(name + "[::ffff:127.0.0.1]:" + host));
            goes(proxy, request(name + "127.0.0.1:" + host, name + "127.0.0.1:1"));
            for (var wrong : new String[] {
                "",
                "127.0.0.1",
                "localhost:" + host,
                "127.0.0.1:99999",
                "127.0.0.1:-1",
                "127.1:" + host,
                "0127.0.0.1:" + host,
                "::1:" + host,
                "127.0.0.1:" + host + "x",
                "127.0.0.1:" + host + ",127.0.0.1:1"
            }) {
                stays(proxy, request(name + wrong));
            }
            stays(proxy, request());
        });
        holds("", "", false, (proxy, host) -> stays(proxy, request("x-envoy-original-dst-host: 127.0.0.1:" + host)));
    }

    @Test
    void a_header_of_another_name_says_it() throws Exception {
        holds("use_http_header: true, http_header_name: X-To", "", false, (proxy, host) -> {
            goes(proxy, request("x-to: 127.0.0.1:" + host));
            stays(proxy, request("x-envoy-original-dst-host: 127.0.0.1:" + host));
        });
    }

    @Test
    void a_header_that_a_filter_sets_says_it() throws Exception {
        var mutation = "{name: set, typed_config: {\"@type\": type.googleapis.com/"
                + "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation, mutations: {request_mutations: "
                + "[{append: {header: {key: x-to, value: \"HOST\"}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}}]}}}, ";
        holds("use_http_header: true, http_header_name: x-to", mutation, false, (proxy, _) -> {
            goes(proxy, request());
            goes(proxy, request("x-to: 127.0.0.1:1"));
        });
    }

    @Test
    void the_port_is_another() throws Exception {
        try (var app = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            var rules = "use_http_header: true, upstream_port_override: " + app.port();
            SideBySide.holds(
                    folder,
                    SideBySide.http("", cluster(rules)),
                    port -> goes(port, request("x-envoy-original-dst-host: 127.0.0.1:1")));
        }
    }

    private static String metadata(String value) {
        return "{name: set, typed_config: {\"@type\": type.googleapis.com/"
                + "envoy.extensions.filters.http.set_metadata.v3.Config, metadata: [{metadata_namespace: ns, value: "
                + "{to: {host: " + value + "}}}]}}, ";
    }

    @Test
    void metadata_says_it_before_a_header_does() throws Exception {
        var rules = "use_http_header: true, metadata_key: {key: ns, path: [{key: to}, {key: host}]}";
        holds(rules, metadata("\"HOST\""), false, (proxy, _) -> {
            goes(proxy, request());
            goes(proxy, request("x-envoy-original-dst-host: 127.0.0.1:1"));
        });
        holds(rules, metadata("[\"HOST\"]"), false, (proxy, _) -> goes(proxy, request()));
        holds(rules, metadata("[\"x\", \"HOST\"]"), false, (proxy, _) -> stays(proxy, request()));
        holds(rules, metadata("nobody"), false, (proxy, host) -> {
            stays(proxy, request());
            goes(proxy, request("x-envoy-original-dst-host: 127.0.0.1:" + host));
        });
        holds(rules, metadata("5"), false, (proxy, _) -> stays(proxy, request()));
    }

    @Test
    void the_connection_says_it_where_the_request_does_not() throws Exception {
        holds("use_http_header: true", "", true, (proxy, host) -> {
            var announced = "PROXY TCP4 10.0.0.1 127.0.0.1 1 " + host + "\r\n";
            goes(proxy, announced + request());
            goes(proxy, announced + request("x-envoy-original-dst-host: nowhere"));
            var elsewhere = "PROXY TCP4 10.0.0.1 127.0.0.1 1 1\r\n";
            goes(proxy, elsewhere + request("x-envoy-original-dst-host: 127.0.0.1:" + host));
        });
    }
}
