package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.filter.FilterChain;
import io.heddle.traffic.filter.OriginalSourceFilter;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteMatch;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.route.VirtualHost;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain.Match;
import io.heddle.traffic.runtime.ListenerFilter;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.netty.channel.epoll.Epoll;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Connections to hosts that come from clients' addresses, in a network namespace of their own with the routes that
/// lead answers back. Clients stand behind a PROXY header, so they may have any address. The proxy and its hosts run
/// there in a process that [#main] begins, which prints what hosts saw.
class OriginalSourceTest {
    private static final String ROUTES = "ip rule add from 127.0.0.0/8 iif lo lookup 133;"
            + " ip route add local default dev lo table 133;"
            + " ip -6 rule add from ::1 iif lo lookup 133; ip -6 route add local default dev lo table 133; ";
    private static final int MARK = 1337;

    @Test
    void hosts_see_their_clients_addresses_and_clients_share_no_connection() throws Exception {
        assertThat(lines(ROUTES, "requests"))
                .containsExactly(
                        "200 192.0.2.7",
                        "200 192.0.2.8",
                        "200 192.0.2.7",
                        "200 2001:db8:0:0:0:0:0:7",
                        "connections 3",
                        "relayed 192.0.2.7",
                        "relayed 2001:db8:0:0:0:0:0:7");
    }

    @Test
    void a_host_of_the_other_family_is_not_reached_from_the_proxys_own_address() throws Exception {
        assertThat(lines(ROUTES, "families"))
                .containsExactly("503", "connections 0", "bind errors {four=2}"); // tried twice, as nothing was sent
    }

    @Test
    void with_the_http_filter_each_request_comes_from_the_client_that_is_believed() throws Exception {
        assertThat(lines(ROUTES, "forwarded"))
                .containsExactly(
                        "200 192.0.2.7",
                        "200 192.0.2.8",
                        "200 192.0.2.7",
                        "200 127.0.0.1", // nobody is named, so it is the connection's far end
                        "connections 3",
                        "503", // no client has it
                        "503", // the other family
                        "connections 3",
                        "bind errors {four=4}"); // tried twice, as nothing was sent
    }

    @Test
    void a_route_without_the_http_filter_goes_from_the_proxys_own_address() throws Exception {
        assertThat(lines(ROUTES, "disabled")).containsExactly("200 127.0.0.1");
    }

    @Test
    void without_the_right_to_it_the_configuration_is_refused() throws Exception {
        var refused =
                lines("exec setpriv --bounding-set -net_admin,-net_raw --inh-caps -net_admin,-net_raw ", "problems");
        assertThat(refused)
                .hasSize(6)
                .allSatisfy(problem ->
                        assertThat(problem).contains("Listener ", "original_src cannot be done", "CAP_NET_ADMIN"));
        assertThat(refused)
                .filteredOn(problem -> problem.contains("http_filters"))
                .hasSize(2);
    }

    private static List<String> lines(String before, String what) throws Exception {
        assumeThat(Epoll.isAvailable()).isTrue();
        assumeThat(namespaces()).as("root, unshare, setpriv and ip").isTrue();
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var script = "set -e; ip link set lo up; " + before + java
                + " --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp \"$CLASSPATH\" "
                + OriginalSourceTest.class.getName() + " " + what;
        return run(script)
                .lines()
                .filter(line -> line.startsWith("> "))
                .map(line -> line.substring(2))
                .toList();
    }

    private static boolean namespaces() throws IOException, InterruptedException {
        var answer = run("command -v setpriv ip >/dev/null && ip link set lo up && echo yes");
        if (!answer.strip().equals("yes")) {
            System.err.println("SKIPPED: clients' addresses need root, unshare, setpriv and ip: " + answer);
        }
        return answer.strip().equals("yes");
    }

    private static String run(String script) throws IOException, InterruptedException {
        var builder = new ProcessBuilder("unshare", "-n", "bash", "-c", script)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        var process = builder.start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    /// What [#lines] runs.
    public static void main(String[] args) throws IOException {
        try (var four = new Host("127.0.0.1");
                var six = new Host("::1");
                var proxy = new RunningProxy(config(four, six))) {
            switch (args[0]) {
                case "requests" -> requests(proxy, four, six);
                case "families" -> families(proxy, four);
                case "forwarded" -> forwarded(proxy, four);
                case "disabled" -> ask(proxy, "off", "192.0.2.7");
                default -> proxy.problems.forEach(problem -> say(problem.toString()));
            }
        }
        System.exit(0);
    }

    private static void requests(RunningProxy proxy, Host four, Host six) throws IOException {
        say(request(proxy, "four", "192.0.2.7"));
        say(request(proxy, "four", "192.0.2.8"));
        say(request(proxy, "four", "192.0.2.7"));
        say(request(proxy, "six", "2001:db8::7"));
        say("connections " + (four.accepted.get() + six.accepted.get()));
        say("relayed " + relayed(proxy, "relay-four", "192.0.2.7"));
        say("relayed " + relayed(proxy, "relay-six", "2001:db8::7"));
    }

    private static void families(RunningProxy proxy, Host four) throws IOException {
        say(request(proxy, "four", "2001:db8::7"));
        say("connections " + four.accepted.get());
        say("bind errors " + proxy.upstreams.bindErrors());
    }

    private static void forwarded(RunningProxy proxy, Host four) throws IOException {
        ask(proxy, "forwarded", "192.0.2.7", "192.0.2.8", "192.0.2.7", "");
        say("connections " + four.accepted.get());
        ask(proxy, "forwarded", "0.0.0.0");
        ask(proxy, "forwarded", "2001:db8::7");
        say("connections " + four.accepted.get());
        say("bind errors " + proxy.upstreams.bindErrors());
    }

    /// Sends a request for each of `clients`, who stand behind another proxy, on one connection.
    private static void ask(RunningProxy proxy, String listener, String... clients) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(Objects.requireNonNull(proxy.listeners.addresses().get(listener)));
            socket.setSoTimeout(10_000);
            var in = reader(socket);
            for (var client : clients) {
                var line = client.isEmpty() ? "" : "X-Forwarded-For: " + client + "\r\n";
                socket.getOutputStream()
                        .write(("GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n").getBytes(StandardCharsets.US_ASCII));
                say(answer(in));
            }
        }
    }

    private static void say(String line) {
        System.out.println("> " + line);
    }

    private static String request(RunningProxy proxy, String listener, String client) throws IOException {
        try (var socket = connect(proxy, listener, client)) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return answer(reader(socket));
        }
    }

    private static String answer(BufferedReader in) throws IOException {
        var status = in.readLine().split(" ", -1)[1];
        if (!status.equals("200")) {
            return status;
        }
        skipHead(in);
        return status + " " + in.readLine();
    }

    private static String relayed(RunningProxy proxy, String listener, String client) throws IOException {
        try (var socket = connect(proxy, listener, client)) {
            socket.getOutputStream().write("who am I\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return reader(socket).lines().reduce("", (_, last) -> last);
        }
    }

    private static Socket connect(RunningProxy proxy, String listener, String client) throws IOException {
        var socket = new Socket();
        socket.connect(Objects.requireNonNull(proxy.listeners.addresses().get(listener)));
        socket.setSoTimeout(10_000);
        var family = client.contains(":") ? "TCP6" : "TCP4";
        var header = "PROXY " + family + " " + client + " " + client + " 5 6\r\n";
        socket.getOutputStream().write(header.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /// Reads on to an empty line.
    private static void skipHead(BufferedReader in) throws IOException {
        var line = in.readLine();
        while (line != null && !line.isEmpty()) {
            line = in.readLine();
        }
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    /// Listeners `forwarded` and `off` with the HTTP filter, which the route of `off` does without. `four` and `six`
    /// for HTTP, `relay-four` and `relay-six` for bytes; each has a cluster of one host.
    private static RuntimeConfig config(Host four, Host six) {
        var one = cluster("four", "127.0.0.1", four.port());
        var other = cluster("six", "::1", six.port());
        var listeners = Map.of(
                "forwarded", byRequest("forwarded", Map.of()),
                "off", byRequest("off", Map.of(OriginalSourceFilter.NAME, new FilterOverride.Disabled())),
                "four", listener("four", http("four")),
                "six", listener("six", http("six")),
                "relay-four", listener("relay-four", new NetworkFilter.Tcp("tcp", "four", Duration.ofHours(1))),
                "relay-six", listener("relay-six", new NetworkFilter.Tcp("tcp", "six", Duration.ofHours(1))));
        return new RuntimeConfig(listeners, Map.of(), Map.of("four", one, "six", other), Map.of(), Map.of());
    }

    private static Listener listener(String name, NetworkFilter filter) {
        return Listener.of(name, "127.0.0.1", 0, List.of(Listening.chain(Match.ANY, filter)))
                .withInspection(Listener.Inspection.of(
                        new ListenerFilter.ProxyProtocol(false, Set.of(1)), new ListenerFilter.OriginalSource(MARK)));
    }

    private static Listener byRequest(String name, Map<String, FilterOverride> overrides) {
        var action = RunningProxy.forward("four", RetryPolicy.NONE, Timeouts.DEFAULT);
        var route = new Route("all", RouteMatch.ANY, action, List.of(), List.of(), overrides);
        var hosts = List.of(new VirtualHost("all", List.of("*"), List.of(route)));
        var plain = (NetworkFilter.Http) RunningProxy.http(action);
        var http = new NetworkFilter.Http(
                plain.statPrefix(),
                new NetworkFilter.RouteSource.Inline(RouteTable.of("all", hosts)),
                new FilterChain(List.of(new OriginalSourceFilter(OriginalSourceFilter.NAME, MARK))),
                plain.clientCertificate(),
                plain.paths(),
                plain.heads(),
                plain.limits(),
                plain.upgrades(),
                plain.codec(),
                plain.accessLogs(),
                plain.replies());
        return Listener.of(name, "127.0.0.1", 0, List.of(Listening.chain(Match.ANY, http)));
    }

    private static NetworkFilter http(String cluster) {
        return RunningProxy.http(RunningProxy.forward(cluster, RetryPolicy.NONE, Timeouts.DEFAULT));
    }

    private static Cluster cluster(String name, String address, int port) {
        var endpoint = new Endpoint(address, port, 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN);
        return RunningProxy.cluster(name, List.of(endpoint));
    }

    /// Answers every head with the address that it came from, and keeps the connection; what is no HTTP ends with it.
    private static final class Host implements AutoCloseable {
        private final ServerSocket server;
        private final AtomicInteger accepted = new AtomicInteger();

        Host(String address) throws IOException {
            server = new ServerSocket();
            server.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
            Thread.ofVirtual().start(this::accept);
        }

        int port() {
            return server.getLocalPort();
        }

        private void accept() {
            try {
                while (!server.isClosed()) {
                    var socket = server.accept();
                    accepted.incrementAndGet();
                    Thread.ofVirtual().start(() -> answer(socket));
                }
            } catch (IOException closed) {
                return;
            }
        }

        private static void answer(Socket socket) {
            try (socket) {
                var in = reader(socket);
                for (var line = in.readLine(); line != null; line = in.readLine()) {
                    boolean http = line.startsWith("GET");
                    skipHead(in);
                    var who = socket.getInetAddress().getHostAddress() + "\r\n";
                    var head = "HTTP/1.1 200 OK\r\ncontent-length: " + who.length() + "\r\n\r\n";
                    socket.getOutputStream().write(((http ? head : "") + who).getBytes(StandardCharsets.US_ASCII));
                    if (!http) {
                        return;
                    }
                }
            } catch (IOException gone) {
                return;
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
