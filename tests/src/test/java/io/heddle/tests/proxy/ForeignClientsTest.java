package io.heddle.tests.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The clients that people use, through one hop, through a hop that ends TLS, and through a pair that speaks HTTP/2
/// over mutual TLS between its halves.
class ForeignClientsTest {
    @TempDir
    private static Path folder;

    private static Path certificates;
    private static Application application;
    private static ProxyProcess single;
    private static ProxyProcess secure;
    private static ProxyProcess inbound;
    private static ProxyProcess outbound;

    @BeforeAll
    static void start() throws IOException {
        certificates = Certificates.make(folder.resolve("certificates"));
        application = new Application();
        single = start("single", Bootstraps.hop("single", application.port()));
        secure = start("secure", Bootstraps.tls("secure", certificates, application.port()));
        inbound = start("inbound", Bootstraps.inbound("inbound", certificates, application.port()));
        outbound = start("outbound", Bootstraps.outbound("outbound", certificates, inbound.port("inbound")));
    }

    private static ProxyProcess start(String name, String bootstrap) throws IOException {
        return ProxyProcess.start(folder, name, bootstrap, Map.of());
    }

    @AfterAll
    static void stop() {
        for (var proxy : new ProxyProcess[] {single, secure, outbound, inbound}) {
            if (proxy != null) {
                proxy.close();
            }
        }
        if (application != null) {
            application.close();
        }
    }

    private static String address(String name) {
        return name.equals("single") ? "127.0.0.1:" + single.port("single") : "127.0.0.1:" + outbound.port("outbound");
    }

    private static String secureAddress() {
        return "localhost:" + secure.port("secure");
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "outbound"})
    void curl_by_every_version(String name) throws IOException {
        for (var version : new String[] {"--http1.0", "--http1.1", "--http2-prior-knowledge", "--http2"}) {
            var url = "http://" + address(name) + "/";
            assertThat(curl(version, url)).as(version).isEqualTo("hello");
            assertThat(curl(version, "--data-binary", "x".repeat(50_000), url))
                    .as(version)
                    .isEqualTo("length 50000");
            assertThat(curl(version, "-o", "/dev/null", "-w", "%{size_download}", url + "large?3000000"))
                    .as(version)
                    .isEqualTo("3000000");
        }
    }

    @Test
    void curl_over_tls_by_either_version() throws IOException {
        var ca = certificates.resolve("ca.pem").toString();
        for (var version : new String[] {"--http1.1", "--http2"}) {
            assertThat(curl(version, "--cacert", ca, "-w", " %{http_version}", "https://" + secureAddress() + "/"))
                    .isEqualTo(version.equals("--http2") ? "hello 2" : "hello 1.1");
        }
    }

    private static String curl(String... arguments) throws IOException {
        var all = new String[arguments.length + 3];
        all[0] = "-sS";
        all[1] = "--max-time";
        all[2] = "30";
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return Tool.CURL.run(folder, all).succeeded().out();
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "outbound"})
    void nghttp_and_h2load(String name) throws IOException {
        assertThat(Tool.NGHTTP
                        .run(folder, "-v", "http://" + address(name) + "/")
                        .succeeded()
                        .out())
                .contains(":status: 200", "hello");
        var load = Tool.H2LOAD.run(folder, "-n", "2000", "-c", "4", "-m", "25", "http://" + address(name) + "/");
        assertThat(load.out()).contains("2000 succeeded, 0 failed, 0 errored", "status codes: 2000 2xx");
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "outbound"})
    void the_http_client_of_java(String name) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var uri = URI.create("http://" + address(name) + "/");
            var sent = client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
            assertThat(sent.get(30, TimeUnit.SECONDS).body()).isEqualTo("hello");
            var posted = HttpRequest.newBuilder(uri)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[200_000]))
                    .build();
            assertThat(client.send(posted, BodyHandlers.ofString()).body()).isEqualTo("length 200000");
        }
    }

    @Test
    void the_http_client_of_java_over_tls_chooses_http2() throws Exception {
        try (var client = HttpClient.newBuilder()
                .sslContext(trusting(certificates.resolve("ca.pem")))
                .build()) {
            var request = HttpRequest.newBuilder(URI.create("https://" + secureAddress() + "/"))
                    .build();
            var answer = client.send(request, BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("hello");
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        }
    }

    /// It does not queue what a server has no room for.
    @Test
    void two_hundred_requests_of_java_at_once_on_one_connection() throws Exception {
        try (var client = HttpClient.newBuilder()
                .sslContext(trusting(certificates.resolve("ca.pem")))
                .build()) {
            var place = "https://" + secureAddress();
            var first = HttpRequest.newBuilder(URI.create(place + "/")).build();
            assertThat(client.send(first, BodyHandlers.ofString()).body()).isEqualTo("hello");
            var held = HttpRequest.newBuilder(URI.create(place + "/hold")).build();
            var answers = Stream.generate(() -> client.sendAsync(held, BodyHandlers.ofString()))
                    .limit(200)
                    .toList();
            await().atMost(Duration.ofSeconds(30)).until(() -> application.held() == 200);
            application.release();
            for (var answer : answers) {
                assertThat(answer.get(30, TimeUnit.SECONDS).body()).isEqualTo("hello");
            }
        }
    }

    static SSLContext trusting(Path ca) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var in = java.nio.file.Files.newInputStream(ca)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "outbound"})
    void a_websocket_of_java(String name) throws Exception {
        var heard = new CompletableFuture<String>();
        var listener = new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                heard.complete(data.toString());
                return CompletableFuture.completedStage(null);
            }
        };
        try (var client = HttpClient.newHttpClient()) {
            var socket = client.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://" + address(name) + "/echo"), listener)
                    .get(30, TimeUnit.SECONDS);
            socket.sendText("ping pong", true).get(10, TimeUnit.SECONDS);
            assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("ping pong");
            socket.abort();
        }
    }

    /// A real browser loads a page and talks to a WebSocket, both through the proxy.
    @ParameterizedTest
    @ValueSource(strings = {"single", "outbound"})
    void a_websocket_of_a_browser(String name) throws IOException {
        application.reports().clear();
        var browser = new ProcessBuilder(
                        Tool.CHROMIUM.path(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder.resolve("browser-" + name),
                        "http://" + address(name) + "/page")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("browser-" + name + ".log").toFile())
                .start();
        try {
            await("the page's report")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(application.reports()).containsExactly("through%20the%20proxy"));
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly();
            browser.onExit().join();
        }
    }
}
