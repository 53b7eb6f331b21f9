package io.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which requests and which connections get into the logs of what serves them.
final class FilteredLogsTest {
    private static final String TYPES = "type.googleapis.com/envoy.extensions.";

    @TempDir
    private Path state;

    private static void answer(HttpExchange exchange) throws IOException {
        var wanted = exchange.getRequestHeaders().getFirst("x-answer");
        exchange.sendResponseHeaders(wanted == null ? 200 : Integer.parseInt(wanted), -1);
        exchange.close();
    }

    private String log(String name, String filter, String format) {
        return """
                - name: %s
                  %s
                  typed_config:
                    "@type": %saccess_loggers.file.v3.FileAccessLog
                    path: "%s"
                    log_format: {text_format_source: {inline_string: "%s\\n"}}
                """.formatted(name, filter.isEmpty() ? "" : "filter: " + filter, TYPES, state.resolve(name), format);
    }

    private List<String> lines(String name, int count) throws IOException {
        var file = state.resolve(name);
        Awaitility.await()
                .until(() -> Files.exists(file) && Files.readAllLines(file).size() >= count);
        return Files.readAllLines(file);
    }

    private static String manager(String logs) {
        return """
                filters:
                - name: http
                  typed_config:
                    "@type": %1$sfilters.network.http_connection_manager.v3.HttpConnectionManager
                    stat_prefix: in
                    access_log:
                %2$s
                    http_filters:
                    - name: health
                      typed_config:
                        "@type": %1$sfilters.http.health_check.v3.HealthCheck
                        pass_through_mode: false
                        headers: [{name: ":path", string_match: {exact: /healthz}}]
                    - name: router
                      typed_config: {"@type": %1$sfilters.http.router.v3.Router}
                    route_config:
                      name: table
                      virtual_hosts:
                      - name: all
                        domains: ["*"]
                        routes:
                        - {match: {prefix: /flag}, route: {cluster: nobody}}
                        - {match: {prefix: /}, route: {cluster: app}}
                """.formatted(TYPES, logs.stripTrailing().indent(4).stripTrailing());
    }

    /// A bootstrap of one listener with these chains, each a list of filters.
    private static String bootstrap(String first, String otherwise) {
        var second = otherwise.isEmpty() ? "" : "    default_filter_chain:\n" + otherwise.indent(6);
        return "static_resources:\n  listeners:\n  - name: in\n"
                + "    address: {socket_address: {address: 127.0.0.1, port_value: 0}}\n"
                + "    filter_chains:\n"
                + first.indent(6).replaceFirst(" {6}f", "    - f")
                + second
                + """
                  clusters:
                  - name: app
                    type: STATIC
                    load_assignment:
                      cluster_name: app
                      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}}}]}]
                  - name: nobody
                    type: STATIC
                """;
    }

    @Test
    void requests_that_fit_the_filter_are_logged() throws Exception {
        var path = "%REQ(:PATH)%";
        var logs = log("all.log", "", path)
                + log("bad.log", "{status_code_filter: {comparison: {op: GE, value: {default_value: 500}}}}", path)
                + log("well.log", "{not_health_check_filter: {}}", path)
                + log("asked.log", "{header_filter: {header: {name: x-log, present_match: true}}}", path)
                + log("flagged.log", "{response_flag_filter: {}}", path)
                + log("some.log", "{runtime_filter: {percent_sampled: {numerator: 0}}}", path)
                + log(
                        "both.log",
                        "{or_filter: {filters: [{grpc_status_filter: {statuses: [PERMISSION_DENIED]}}, "
                                + "{duration_filter: {comparison: {op: GE, value: {default_value: 100000}}}}]}}",
                        path);
        try (var proxy =
                new FilteredProxy(bootstrap(manager(logs), ""), state, Map.of("/", FilteredLogsTest::answer))) {
            assertThat(proxy.ask("GET /ok", "host: a")).startsWith("HTTP/1.1 200 ");
            assertThat(proxy.ask("GET /bad", "host: a", "x-answer: 503")).startsWith("HTTP/1.1 503 ");
            assertThat(proxy.ask("GET /denied", "host: a", "x-answer: 403", "x-log: 1"))
                    .startsWith("HTTP/1.1 403 ");
            assertThat(proxy.ask("GET /healthz", "host: a")).startsWith("HTTP/1.1 200 ");
            assertThat(proxy.ask("GET /flag", "host: a")).startsWith("HTTP/1.1 503 ");
            assertThat(lines("all.log", 5)).containsExactly("/ok", "/bad", "/denied", "/healthz", "/flag");
            assertThat(lines("bad.log", 2)).containsExactly("/bad", "/flag");
            assertThat(lines("well.log", 4)).containsExactly("/ok", "/bad", "/denied", "/flag");
            assertThat(lines("asked.log", 1)).containsExactly("/denied");
            assertThat(lines("flagged.log", 1)).containsExactly("/flag");
            assertThat(lines("some.log", 0)).isEmpty();
            assertThat(lines("both.log", 1)).containsExactly("/denied");
        }
    }

    @Test
    void each_chain_has_its_own_log_the_default_one_too() throws Exception {
        var matched = "filter_chain_match: {source_prefix_ranges: [{address_prefix: 127.0.0.7, prefix_len: 32}]}\n";
        var first = manager(log("seven.log", "", "%REQ(:PATH)%")) + matched;
        var text = bootstrap(first, manager(log("other.log", "", "%REQ(:PATH)%")));
        try (var proxy = new FilteredProxy(text, state, Map.of("/", FilteredLogsTest::answer))) {
            assertThat(proxy.ask("GET /by-default", "host: a")).startsWith("HTTP/1.1 200 ");
            var seven = InetAddress.ofLiteral("127.0.0.7");
            try (var client = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"), seven, 0)) {
                var request = "GET /seven HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
                client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                client.getInputStream().readAllBytes();
            }
            assertThat(lines("other.log", 1)).containsExactly("/by-default");
            assertThat(lines("seven.log", 1)).containsExactly("/seven");
        }
    }

    private static String relay(String cluster, String logs) {
        return """
                filters:
                - name: relay
                  typed_config:
                    "@type": %sfilters.network.tcp_proxy.v3.TcpProxy
                    stat_prefix: relay
                    cluster: %s
                    access_log:
                %s
                """.formatted(TYPES, cluster, logs.stripTrailing().indent(4).stripTrailing());
    }

    private static final String CONNECTION =
            "in=%BYTES_RECEIVED% out=%BYTES_SENT% %UPSTREAM_HOST% %UPSTREAM_CLUSTER% %RESPONSE_FLAGS% "
                    + "%DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %PROTOCOL% %REQ(:PATH)% %RESPONSE_CODE%"
                    + " %UPSTREAM_REMOTE_PORT% %DOWNSTREAM_REMOTE_PORT% %DOWNSTREAM_PEER_SUBJECT%";

    @Test
    void a_relayed_connection_is_logged_when_it_ends() throws Exception {
        try (var echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            var thread = Thread.ofVirtual().start(() -> {
                try (var accepted = echo.accept()) {
                    accepted.getInputStream().readNBytes(4);
                    accepted.getOutputStream().write("abcdef".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException ended) {
                    throw new AssertionError(ended);
                }
            });
            var logs = log("relay.log", "", CONNECTION) + log("slow.log", SLOW, CONNECTION);
            var text = bootstrap(relay("app", logs), "").replace("@APP@", "" + echo.getLocalPort());
            try (var proxy = new FilteredProxy(text, state, Map.of());
                    var client = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"))) {
                client.setSoTimeout(10_000);
                client.getOutputStream().write("ping".getBytes(StandardCharsets.US_ASCII));
                assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("abcdef");
                client.shutdownOutput();
                thread.join();
                assertThat(lines("relay.log", 1))
                        .containsExactly("in=4 out=6 127.0.0.1:" + echo.getLocalPort() + " app - 127.0.0.1:"
                                + client.getLocalPort() + " 127.0.0.1:" + proxy.port("in") + " - - 0 "
                                + echo.getLocalPort() + " "
                                + client.getLocalPort() + " -");
                assertThat(lines("slow.log", 0)).isEmpty();
            }
        }
    }

    private static final String SLOW = "{duration_filter: {comparison: {op: GE, value: {default_value: 100000}}}}";

    @Test
    void a_connection_that_nobody_takes_is_logged_with_the_reason() throws Exception {
        var format = "%RESPONSE_FLAGS% %UPSTREAM_CLUSTER% %UPSTREAM_HOST%";
        for (var place : List.of("nobody UH nobody -", "none NC - -")) {
            var cluster = place.substring(0, place.indexOf(' '));
            var text = bootstrap(relay(cluster, log(cluster + ".log", "{response_flag_filter: {}}", format)), "");
            try (var proxy = new FilteredProxy(text, state, Map.of());
                    var client = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"))) {
                client.setSoTimeout(10_000);
                assertThat(client.getInputStream().read()).isEqualTo(-1);
                assertThat(lines(cluster + ".log", 1)).containsExactly(place.substring(place.indexOf(' ') + 1));
            }
        }
        int closed;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = free.getLocalPort();
        }
        var text = bootstrap(relay("app", log("closed.log", "", format)), "").replace("@APP@", "" + closed);
        try (var proxy = new FilteredProxy(text, state, Map.of());
                var client = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"))) {
            client.setSoTimeout(10_000);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(lines("closed.log", 1)).containsExactly("UF app 127.0.0.1:" + closed);
        }
    }
}
