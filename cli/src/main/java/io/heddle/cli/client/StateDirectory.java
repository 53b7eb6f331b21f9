package io.heddle.cli.client;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// A control plane's state directory, as far as its clients on the same machine read it.
///
/// @param path the directory, `./.heddle/control` by default
public record StateDirectory(Path path) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /// What a running control plane wrote into `control.json`.
    ///
    /// @param api the address of its REST API
    /// @param xds host and port of its xDS and certificate service over TLS
    /// @param pid its process
    public record Running(URI api, String xds, long pid) {
        /// Whether that process is alive on this machine.
        public boolean alive() {
            return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        }
    }

    /// The mesh's root certificate.
    public Path root() {
        return path.resolve("root.pem");
    }

    /// By what the mesh of this state tells itself from others: its root certificate's SHA-256, in hexadecimal digits;
    /// empty when this user cannot read the root.
    Optional<String> mesh() {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(root()));
            return Optional.of(HexFormat.of().formatHex(digest));
        } catch (IOException _) {
            return Optional.empty(); // nothing to compare with
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// The file a running control plane leaves.
    public Path file() {
        return path.resolve("control.json");
    }

    /// What runs here, or last ran here; empty when nothing ever did.
    ///
    /// @throws Failure when the file cannot be read
    public Optional<Running> running() {
        try {
            var json = MAPPER.readTree(Files.readString(file()));
            return Optional.of(new Running(
                    URI.create(text(json, "api")),
                    text(json, "xds"),
                    json.path("pid").asLong(-1)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.FAILURE, "cannot read " + file() + ": " + e.getMessage(), "restart the control plane", e);
        }
    }

    private static String text(JsonNode json, String field) {
        var value = json.path(field).asString("");
        if (value.isEmpty()) {
            throw new IllegalArgumentException("'" + field + "' is missing");
        }
        return value;
    }

    /// The admin token, when this user may read it.
    public Optional<String> token() {
        return readToken(path.resolve("admin.token"));
    }

    static Optional<String> readToken(Path file) {
        try {
            var token = Files.readString(file).strip();
            return token.isEmpty() ? Optional.empty() : Optional.of(token);
        } catch (IOException e) {
            // Another user's token, or none yet: the server will say so if it wants one.
            return Optional.empty();
        }
    }
}
