package io.heddle.tests.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What scanners say of a listener that ends TLS.
class ConformanceTest {
    @TempDir
    private static Path folder;

    private static Application application;
    private static ProxyProcess secure;

    @BeforeAll
    static void start() throws IOException {
        var certificates = Certificates.make(folder.resolve("certificates"));
        application = new Application();
        secure = ProxyProcess.start(
                folder, "secure", Bootstraps.tls("secure", certificates, application.port()), Map.of());
    }

    @AfterAll
    static void stop() {
        if (secure != null) {
            secure.close();
        }
        if (application != null) {
            application.close();
        }
    }

    /// The strict set, over TLS.
    @Test
    void h2spec_finds_no_fault() throws IOException {
        var port = String.valueOf(secure.port("secure"));
        var out = Tool.H2SPEC
                .run(folder, "--strict", "-t", "-k", "-h", "127.0.0.1", "-p", port, "-o", "20")
                .out();
        assertThat(out).contains(" 0 failed");
    }

    /// Protocols, vulnerabilities and what a server prefers; the certificate is the test's own.
    @Test
    void testssl_finds_no_weakness() throws IOException {
        var address = "localhost:" + secure.port("secure");
        var out = Tool.TESTSSL
                .run(
                        folder,
                        "--color",
                        "0",
                        "--warnings",
                        "batch",
                        "--ip",
                        "127.0.0.1",
                        "-p",
                        "-U",
                        "-s",
                        "-f",
                        address)
                .out();
        assertThat(out).contains("TLS 1.3").doesNotContain("NOT ok").doesNotContain("Fatal error");
    }
}
