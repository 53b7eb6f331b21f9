package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Transparent interception, as a user sets it up: two network namespaces joined by a cable, a sidecar in each, the
/// kernel's own rules, an unmodified curl on one side and an unmodified server on the other.
///
/// The sidecars run as root, the applications as another user: that is how the rules tell them apart. Root's own curl
/// is the stranger outside the mesh: nothing leads it to a sidecar.
class InterceptionTest {
    private static final String SERVICES = """
            apiVersion: v1
            kind: Service
            metadata: {name: books, namespace: shop}
            spec:
              selector: {app: books}
              clusterIPs: [10.96.0.10, "fd96::10"]
              clusterIP: 10.96.0.10
              ports: [{name: http, port: 80}]
            """;
    private static final String DATABASE = """
            apiVersion: v1
            kind: Service
            metadata: {name: db, namespace: shop}
            spec:
              selector: {app: db}
              clusterIP: 10.96.0.11
              ports: [{name: tcp, port: 2626}]
            """;
    private static final String PAGE = "the-page-that-nobody-on-the-wire-may-see";

    private static final String STRANGER = "from-outside-the-mesh";

    @TempDir
    private static Path folder;

    private static NetworkNamespace client;
    private static NetworkNamespace server;
    private static final List<Process> running = new ArrayList<>();
    private static final List<Process> ofTest = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        var reason = NetworkNamespace.whyNot();
        assumeTrue(reason.isEmpty(), reason);
        client = NetworkNamespace.create("c");
        server = NetworkNamespace.create("s");
        NetworkNamespace.join(client, server);
        client.address("10.99.0.1/24", "fd99::1/64");
        server.address("10.99.0.2/24", "fd99::2/64");
        client.route("10.96.0.0/16", "fd96::/64");
        var pages = Files.createDirectories(folder.resolve("pages"));
        Files.writeString(pages.resolve(PAGE), "a book\n");
        for (var open : List.of(folder, pages)) { // the application runs as another user
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        running.add(client.heddle(
                folder.resolve("control.log"),
                "control",
                "--state-dir",
                control().toString(),
                "--bind",
                "10.99.0.1",
                "--name",
                "10.99.0.1",
                "--api-port",
                "0",
                "--xds-port",
                "0",
                "--xds-plaintext-port",
                "0",
                "--metrics-port",
                "0"));
        await("the control plane")
                .atMost(Duration.ofMinutes(1))
                .until(() -> Files.exists(control().resolve("control.json")));
        var file = Files.writeString(folder.resolve("services.yaml"), SERVICES);
        client.run("sh", "-c", heddle("apply", "-f", file.toString()));
        lead("iptables");
        running.add(client.heddle(
                folder.resolve("client.log"),
                "run",
                "--interception-mode",
                "REDIRECT",
                "--control",
                control().toString(),
                "--address",
                "10.99.0.1",
                "--namespace",
                "shop",
                "--workload",
                "reader",
                "--state-dir",
                folder.resolve("reader").toString(),
                "--",
                "sleep",
                "infinity"));
    }

    private static Path control() {
        return folder.resolve("control");
    }

    private static String heddle(String... arguments) {
        return "HEDDLE_NO_BUILD=1 HEDDLE_SERVER=" + control() + " " + Distribution.launcher() + " "
                + String.join(" ", arguments);
    }

    /// The rules of the client, which is not called itself: the control plane beside it is.
    private static void lead(String backend, String... more) {
        client.run(
                "sh",
                "-c",
                heddle("intercept install --proxy-uid 0 --include-inbound-ports= --backend", backend) + " "
                        + String.join(" ", more));
    }

    @AfterAll
    static void stop() {
        running.forEach(NetworkNamespace::end);
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @AfterEach
    void end() {
        ofTest.forEach(NetworkNamespace::end);
        ofTest.clear();
    }

    @ParameterizedTest
    @CsvSource({"REDIRECT,iptables", "REDIRECT,nft", "TPROXY,iptables", "TPROXY,nft"})
    void an_unmodified_client_reaches_an_unmodified_server_by_mutual_tls(String mode, String backend)
            throws IOException {
        lead(backend);
        server.run(
                "sh",
                "-c",
                heddle(
                        "intercept install --proxy-uid 0 --include-inbound-ports 8080 --mode",
                        mode,
                        "--backend",
                        backend));
        var log = folder.resolve("server.log");
        int before = Files.exists(log) ? Files.readString(log).length() : 0;
        serve("--interception-mode", mode);
        var capture = folder.resolve(mode + backend + ".pcap");
        var tcpdump = server.start(
                folder.resolve("tcpdump.log"),
                "tcpdump",
                "-i",
                "eth0",
                "--immediate-mode",
                "-U",
                "-w",
                capture.toString(),
                "tcp port 8080");
        ofTest.add(tcpdump);
        await("the capture").atMost(Duration.ofSeconds(20)).until(() -> Files.exists(capture));

        awaitPage("http://10.96.0.10/" + PAGE);
        assertThat(curl("http://[fd96::10]/" + PAGE)).isEqualTo("a book");
        assertThat(curl("--resolve", "books.shop:80:10.99.0.2", "http://books.shop/" + PAGE))
                .isEqualTo("a book");

        // The stranger comes last and in the clear: once its request is in the file, so is all that went before it,
        // and a wire that does carry plaintext is seen to show it.
        var stranger = client.tryRun("curl", "-s", "--max-time", "10", "http://10.99.0.2:8080/" + STRANGER);
        assertThat(stranger.code()).as("plaintext from outside the mesh").isIn(52, 56);
        assertThat(stranger.out()).isEmpty();
        await("the stranger's request in the file")
                .atMost(Duration.ofSeconds(20))
                .until(() -> captured(capture).contains("GET /" + STRANGER));
        tcpdump.destroy();
        tcpdump.onExit().join();
        var all = captured(capture);
        var bytes = all.substring(0, all.indexOf("GET /" + STRANGER));
        assertThat(bytes.contains(PAGE) || bytes.contains("a book") || bytes.contains("HTTP/1.1"))
                .as("plaintext on the wire between the sidecars")
                .isFalse();
        assertThat(bytes.contains("\u0016\u0003\u0001") && bytes.contains("\u0017\u0003\u0003"))
                .as("a TLS handshake and TLS data on the wire")
                .isTrue();
        assertThat(Files.readString(folder.resolve("books/access.log")))
                .contains("spiffe://cluster.local/ns/shop/sa/reader");
        assertThat(Files.readString(log).substring(before))
                .as("the caller's address as the application sees it")
                .containsPattern((mode.equals("TPROXY") ? "10.99.0.1" : "127.0.0.1") + " - - .*GET /" + PAGE);
    }

    @Test
    void what_is_no_service_goes_where_it_wanted_and_a_server_that_speaks_first_is_not_kept_waiting()
            throws IOException {
        var script = """
                import socketserver
                class Greet(socketserver.BaseRequestHandler):
                    def handle(self): self.request.sendall(b'220 hello\\n')
                socketserver.TCPServer.allow_reuse_address = True
                socketserver.TCPServer(('10.99.0.2', 2525), Greet).serve_forever()
                """;
        ofTest.add(server.start(folder.resolve("greeter.log"), NetworkNamespace.PYTHON, "-c", script));
        await("through the sidecar")
                .atMost(Duration.ofMinutes(3))
                .until(() -> client.tryRun(greeting(1000)).out().equals("220 hello"));
        lead("nft", "--exclude-outbound-ports", "2525");
        assertThat(client.tryRun(greeting(1000)).out()).isEqualTo("220 hello");
    }

    @Test
    void a_policy_decides_who_may_connect_to_a_tcp_service() throws IOException {
        lead("nft");
        server.run(
                "sh",
                "-c",
                heddle("intercept install --proxy-uid 0 --include-inbound-ports 2626 --mode REDIRECT --backend nft"));
        var database = Files.writeString(folder.resolve("database.yaml"), DATABASE);
        client.run("sh", "-c", heddle("apply", "-f", database.toString()));
        var script = """
                import socketserver
                class Greet(socketserver.BaseRequestHandler):
                    def handle(self): self.request.sendall(b'220 hello\\n')
                socketserver.TCPServer.allow_reuse_address = True
                socketserver.TCPServer(('0.0.0.0', 2626), Greet).serve_forever()
                """;
        var arguments = new ArrayList<>(List.of("run", "--service", "db.shop", "--port", "2626"));
        arguments.addAll(List.of("--interception-mode", "REDIRECT", "--user", "65534:65534"));
        arguments.addAll(List.of("--control", control().toString(), "--address", "10.99.0.2"));
        arguments.addAll(List.of("--state-dir", folder.resolve("db").toString()));
        arguments.addAll(List.of("--", NetworkNamespace.PYTHON, "-c", script));
        ofTest.add(server.heddle(folder.resolve("db.log"), arguments.toArray(String[]::new)));

        awaitGreeting("220 hello");
        decide("DENY", "reader");
        awaitGreeting("");
        await("the refusal in the log")
                .atMost(Duration.ofSeconds(20))
                .until(() -> Files.readString(folder.resolve("db/access.log"))
                        .contains("rbac_access_denied_matched_policy[ns[shop]-policy[connectors]-rule[0]]"));
        client.run("sh", "-c", heddle("delete", "authorizationpolicy/connectors", "-n", "shop"));
        awaitGreeting("220 hello");
        decide("ALLOW", "somebody-else");
        awaitGreeting("");
        await("a refusal that no rule asked for in the log")
                .atMost(Duration.ofSeconds(20))
                .until(() -> Files.readString(folder.resolve("db/access.log"))
                        .contains("rbac_access_denied_matched_policy[none]"));
        decide("ALLOW", "reader");
        awaitGreeting("220 hello");
        client.run("sh", "-c", heddle("delete", "authorizationpolicy/connectors", "-n", "shop"));
    }

    private static void decide(String action, String who) throws IOException {
        var policy = """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: connectors, namespace: shop}
                spec:
                  action: %s
                  rules:
                  - from: [{source: {principals: [cluster.local/ns/shop/sa/%s]}}]
                """.formatted(action, who);
        var file = Files.writeString(folder.resolve("connectors.yaml"), policy);
        client.run("sh", "-c", heddle("apply", "-f", file.toString()));
    }

    private static void awaitGreeting(String expected) {
        await("what the database says through both sidecars")
                .atMost(Duration.ofMinutes(3))
                .until(() ->
                        client.tryRun(greeting(1000, "10.96.0.11/2626")).out().equals(expected));
    }

    @Test
    void run_installs_the_rules_for_its_application_and_takes_them_away() throws IOException {
        lead("iptables");
        var sidecar = serve("--intercept");
        awaitPage("http://10.96.0.10/" + PAGE);
        assertThat(server.run("sh", "-c", heddle("intercept", "status"))).contains("REDIRECT", "inbound to 15006");
        sidecar.destroy();
        sidecar.onExit().join();
        assertThat(server.run("sh", "-c", heddle("intercept", "status"))).contains("nothing is installed");
    }

    private static Process serve(String... more) {
        var arguments = new ArrayList<>(List.of("run", "--service", "books.shop", "--port", "8080"));
        arguments.addAll(List.of("--user", "65534:65534", "--control", control().toString()));
        arguments.addAll(List.of("--address", "10.99.0.2"));
        arguments.addAll(List.of("--state-dir", folder.resolve("books").toString()));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--", NetworkNamespace.PYTHON, "-m", "http.server", "8080", "--bind", "0.0.0.0"));
        arguments.addAll(List.of("--directory", folder.resolve("pages").toString()));
        var process = server.heddle(folder.resolve("server.log"), arguments.toArray(String[]::new));
        ofTest.add(process);
        return process;
    }

    private static String captured(Path capture) throws IOException {
        return new String(Files.readAllBytes(capture), StandardCharsets.ISO_8859_1);
    }

    private static void awaitPage(String address) {
        await("a page through both sidecars")
                .atMost(Duration.ofMinutes(3))
                .untilAsserted(() -> assertThat(curl(address)).isEqualTo("a book"));
    }

    /// As the application's user: its connections are intercepted.
    private static String curl(String... arguments) {
        var words = new ArrayList<>(List.of("setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"));
        words.addAll(List.of("curl", "-s", "--max-time", "10"));
        words.addAll(List.of(arguments));
        return client.tryRun(words.toArray(String[]::new)).out();
    }

    private static String[] greeting(int user) {
        return greeting(user, "10.99.0.2/2525");
    }

    private static String[] greeting(int user, String from) {
        return new String[] {
            "setpriv",
            "--reuid=" + user,
            "--regid=" + user,
            "--clear-groups",
            "timeout",
            "10",
            "bash",
            "-c",
            "exec 3<>/dev/tcp/" + from + " && head -n 1 <&3"
        };
    }
}
