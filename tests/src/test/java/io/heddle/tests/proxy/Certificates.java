package io.heddle.tests.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Certificates of a test: a CA and what it signed, made by `openssl`, as PEM files in a folder.
final class Certificates {
    private Certificates() {}

    /// Writes `ca.pem`, and `server` and `client` with `.pem` and `.key`; the server is called `localhost`.
    static Path make(Path folder) throws IOException {
        Files.createDirectories(folder);
        openssl(
                folder,
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj /CN=test-ca"
                        + " -keyout ca.key -out ca.pem");
        for (var name : List.of("server", "client")) {
            Files.writeString(folder.resolve(name + ".ext"), """
                    basicConstraints=critical,CA:false
                    keyUsage=critical,digitalSignature
                    extendedKeyUsage=serverAuth,clientAuth
                    subjectAltName=DNS:localhost,IP:127.0.0.1
                    """);
            openssl(
                    folder,
                    "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name + " -keyout " + name
                            + ".key -out " + name + ".csr");
            openssl(
                    folder,
                    "x509 -req -in " + name + ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 90 -extfile " + name
                            + ".ext -out " + name + ".pem");
        }
        return folder;
    }

    private static void openssl(Path folder, String arguments) throws IOException {
        Tool.OPENSSL.run(folder, arguments.split(" ", -1)).succeeded();
    }
}
