package io.heddle.control;

import io.heddle.control.ca.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/// The directory in which a control plane keeps what must outlive it.
final class StateDirectory {
    private static final int TOKEN_BYTES = 32;

    private final Path path;

    private StateDirectory(Path path) {
        this.path = path;
    }

    /// Makes the directory where it is missing.
    static StateDirectory open(Path path) throws IOException {
        SecretFiles.createDirectory(path);
        return new StateDirectory(path);
    }

    Path store() {
        return path.resolve("store.mv");
    }

    Path authority() {
        return path.resolve("ca");
    }

    /// The admin token, made on first use.
    String adminToken() throws IOException {
        var file = path.resolve("admin.token");
        if (!Files.exists(file)) {
            var bytes = new byte[TOKEN_BYTES];
            new SecureRandom().nextBytes(bytes);
            SecretFiles.write(file, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes) + "\n");
        }
        if (SecretFiles.isOpenToOthers(file)) {
            throw new IOException("the admin token " + file + " is open to other users; run: chmod 600 " + file);
        }
        var token = Files.readString(file).strip();
        if (token.isEmpty()) {
            throw new IOException("the admin token " + file + " is empty; delete it to get a new one");
        }
        return token;
    }

    /// Puts the root certificate where proxies on this machine find it.
    void writeRoot(String pem) throws IOException {
        SecretFiles.writePublic(path.resolve("root.pem"), pem);
    }

    /// Says where the control plane is reached, once it is.
    void writeEndpoints(Endpoints endpoints) throws IOException {
        SecretFiles.writePublic(control(), """
                {
                  "api": "%s",
                  "xds": "%s",
                  "xds_plaintext": "%s",
                  "metrics": "%s",
                  "pid": %d
                }
                """.formatted(
                        endpoints.api(),
                        endpoints.xds(),
                        endpoints.plaintextXds(),
                        endpoints.metrics(),
                        ProcessHandle.current().pid()));
    }

    /// Takes back that the control plane is reached anywhere.
    void removeEndpoints() throws IOException {
        Files.deleteIfExists(control());
    }

    private Path control() {
        return path.resolve("control.json");
    }
}
