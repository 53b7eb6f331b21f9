package io.heddle.proxy.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// The three files of the proxy's own identity in its state folder.
///
/// @param folder where they are
public record IdentityFiles(Path folder) {
    /// The identity inside state folder `state`.
    public static IdentityFiles in(Path state) {
        return new IdentityFiles(state.resolve("identity"));
    }

    /// The private key, PKCS#8; readable by its owner only.
    public Path key() {
        return folder.resolve("key.pem");
    }

    /// The certificate chain, leaf first.
    public Path chain() {
        return folder.resolve("cert-chain.pem");
    }

    /// The mesh's root certificates.
    public Path root() {
        return folder.resolve("root.pem");
    }

    /// Writes all three, each in one step: the key first, so that a chain is never newer than its key for long.
    void write(String keyPem, String chainPem, String rootPem) throws IOException {
        Files.createDirectories(folder);
        replace(root(), rootPem, "rw-r--r--");
        replace(key(), keyPem, "rw-------");
        replace(chain(), chainPem, "rw-r--r--");
    }

    private static void replace(Path file, String text, String permissions) throws IOException {
        var attribute = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, attribute);
        Files.writeString(fresh, text, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
