package io.heddle.proxy.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.listen.Origin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What listeners' own `access_log`s tell of connections, in this proxy as in Envoy.
final class ListenerLogTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String TYPE = "{\"@type\": type.googleapis.com/envoy.extensions.";
    private static final String TCP = TYPE + "filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: t, cluster: app}";
    private static final String DENIED = "{name: rbac, typed_config: " + TYPE
            + "filters.network.rbac.v3.RBAC, stat_prefix: r, rules: {action: DENY, policies: {all: {permissions: "
            + "[{any: true}], principals: [{any: true}]}}}}}, ";
    private static final String LIMITED = "{name: limit, typed_config: " + TYPE
            + "filters.network.connection_limit.v3.ConnectionLimit, stat_prefix: l, max_connections: 1}}, ";

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("connections.log");
    }

    private String log(String filter) {
        return "access_log: [{name: file, " + filter + "typed_config: " + TYPE
                + "access_loggers.file.v3.FileAccessLog, path: " + file()
                + ", log_format: {text_format_source: {inline_string: \"%PROTOCOL% %RESPONSE_FLAGS% %RESPONSE_CODE% "
                + "%BYTES_RECEIVED% %UPSTREAM_CLUSTER% %REQ(:METHOD)% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%\\n\"}}}}]";
    }

    private interface Use {
        void of(int port) throws Exception;
    }

    /// A connection that is used so leaves these lines in the log; the cluster's host is at `host`.
    private void leaves(List<String> lines, String bootstrap, Use use) throws Exception {
        SideBySide.holds(folder, bootstrap, use::of, () -> {
            assertThat(Files.readAllLines(file())).containsExactlyElementsOf(lines);
            Files.writeString(file(), "");
        });
    }

    private String http(String filter, String filters, int port) {
        return SideBySide.bootstrap(log(filter), filters + SideBySide.manager(""), SideBySide.host(port));
    }

    private String tcp(String filters, int port) {
        return SideBySide.bootstrap(log(""), filters + "{name: tcp, typed_config: " + TCP + "}", SideBySide.host(port));
    }

    private static Socket connected(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void get(int port) throws IOException {
        try (var socket = connected(port)) {
            get(socket, GET);
            left(socket);
        }
    }

    private static void get(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(Origin.head(socket.getInputStream())).startsWith("HTTP/1.1 200");
        assertThat(Origin.read(socket.getInputStream(), 2)).isEqualTo("ok");
    }

    /// The client has said all, and sees that the connection has ended.
    private static void left(Socket socket) throws IOException {
        socket.shutdownOutput();
        assertThat(socket.getInputStream().read()).isNegative();
    }

    /// Says nothing, or `words`, and waits for the end.
    private static void refused(int port, String words) throws IOException {
        try (var socket = connected(port)) {
            socket.getOutputStream().write(words.getBytes(StandardCharsets.ISO_8859_1));
            socket.getInputStream().readAllBytes();
        } catch (IOException reset) {
            // That is an end, too.
        }
    }

    @Test
    void tells_of_each_connection_when_it_ends() throws Exception {
        try (var app = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            leaves(List.of("HTTP/1.1 - 0 27 - - 127.0.0.1"), http("", "", app.port()), ListenerLogTest::get);
            leaves(List.of("- - 0 0 - - 127.0.0.1"), http("", "", app.port()), port -> {
                try (var socket = connected(port)) {
                    left(socket);
                }
            });
            leaves(List.of("- - 0 27 app - 127.0.0.1"), tcp("", app.port()), ListenerLogTest::get);
        }
    }

    @Test
    void tells_of_connections_that_nobody_serves() throws Exception {
        try (var app = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            var nowhere = http("", "", app.port())
                    .replace(
                            "filter_chains: [{",
                            "filter_chains: [{filter_chain_match: {source_prefix_ranges: [{address_prefix: 9.9.9.9, "
                                    + "prefix_len: 32}]}, ");
            leaves(List.of("- NR 0 0 - - 127.0.0.1"), nowhere, port -> refused(port, ""));
            var both = List.of("- - 0 0 - - 127.0.0.1", "HTTP/1.1 - 0 27 - - 127.0.0.1");
            leaves(both, http("", LIMITED, app.port()), port -> {
                try (var held = connected(port)) {
                    get(held, GET);
                    refused(port, "");
                    left(held);
                }
            });
        }
    }

    @Test
    void tells_of_connections_that_are_denied() throws Exception {
        try (var app = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            SideBySide.holds(folder, http("", DENIED, app.port()), port -> refused(port, "x"), () -> {
                assertThat(Files.readAllLines(file()))
                        .singleElement()
                        .asString()
                        .startsWith("- - 0 ");
                Files.writeString(file(), "");
            });
        }
    }

    @Test
    void tells_why_bytes_could_not_be_relayed() throws Exception {
        int closed;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        SideBySide.holds(folder, tcp("", closed), port -> refused(port, ""), () -> {
            assertThat(Files.readAllLines(file()))
                    .singleElement()
                    .asString()
                    .startsWith("- UF")
                    .contains(" 0 0 app ");
            Files.writeString(file(), "");
        });
    }

    @Test
    void tells_where_a_connection_comes_from_by_its_proxy_header() throws Exception {
        try (var app = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            var bootstrap = http("", "", app.port())
                    .replace(
                            "access_log:",
                            "listener_filters: [{name: pp, typed_config: " + TYPE
                                    + "filters.listener.proxy_protocol.v3.ProxyProtocol}}], access_log:");
            leaves(List.of("HTTP/1.1 - 0 27 - - 1.2.3.4"), bootstrap, port -> {
                try (var socket = connected(port)) {
                    get(socket, "PROXY TCP4 1.2.3.4 5.6.7.8 11 22\r\n" + GET);
                    left(socket);
                }
            });
            leaves(List.of("- - 0 0 - - 127.0.0.1"), bootstrap, port -> refused(port, GET));
        }
    }

    @Test
    void tells_what_its_filter_wants() throws Exception {
        try (var app = Origin.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            var all = List.of("HTTP/1.1 - 0 27 - - 127.0.0.1");
            var value = "value: {default_value: 400, runtime_key: x}}}}, ";
            leaves(
                    List.of(),
                    http("filter: {status_code_filter: {comparison: {op: GE, " + value, "", app.port()),
                    ListenerLogTest::get);
            leaves(
                    List.of(),
                    http("filter: {response_flag_filter: {flags: [NR]}}, ", "", app.port()),
                    ListenerLogTest::get);
            leaves(all, http("filter: {not_health_check_filter: {}}, ", "", app.port()), ListenerLogTest::get);
            leaves(
                    List.of(),
                    http("filter: {header_filter: {header: {name: x, present_match: true}}}, ", "", app.port()),
                    ListenerLogTest::get);
            leaves(
                    all,
                    http(
                            "filter: {header_filter: {header: {name: x, present_match: true, invert_match: true}}}, ",
                            "",
                            app.port()),
                    ListenerLogTest::get);
        }
    }
}
