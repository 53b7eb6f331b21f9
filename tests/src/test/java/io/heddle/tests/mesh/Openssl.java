package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Looks at a TLS port with `openssl s_client`, as an operator would.
final class Openssl {
    private Openssl() {}

    /// Connects with the identity in `identity` and returns protocol and names shown by the server.
    static String connect(int port, Path root, Path identity) throws IOException {
        var client =
                "openssl s_client -connect 127.0.0.1:%d -CAfile '%s' -cert '%s' -cert_chain '%s' -key '%s' </dev/null 2>&1"
                        .formatted(
                                port,
                                root,
                                identity.resolve("identity.pem"),
                                identity.resolve("identity.pem"),
                                identity.resolve("identity.pem"));
        var session = shell(client);
        assertThat(session).contains("Verify return code: 0 (ok)");
        return session + shell(client + " | openssl x509 -noout -ext subjectAltName");
    }

    private static String shell(String script) throws IOException {
        var process =
                new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.onExit().join();
        return text;
    }
}
