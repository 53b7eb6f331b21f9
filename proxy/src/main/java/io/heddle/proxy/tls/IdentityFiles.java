package io.heddle.proxy.tls;

import io.heddle.model.problem.Checked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;

/// The files of the proxy's own identity in its state folder.
///
/// The private key and the certificate chain stand in one file, which is replaced in one step: whatever interrupts a
/// renewal, the old pair or the new one is there. Earlier versions kept them in two files; [#adopt] joins those.
///
/// @param folder where they are
public record IdentityFiles(Path folder) {
    /// The identity inside state folder `state`.
    public static IdentityFiles in(Path state) {
        return new IdentityFiles(state.resolve("identity"));
    }

    /// The private key, PKCS#8, and after it the certificate chain, leaf first; readable by its owner only.
    public Path pair() {
        return folder.resolve("identity.pem");
    }

    /// The mesh's root certificates.
    public Path root() {
        return folder.resolve("root.pem");
    }

    /// Whether `file` is one that the own certificate is, or used to be, read from.
    public boolean holds(Path file) {
        var full = file.toAbsolutePath().normalize();
        return full.equals(pair().toAbsolutePath().normalize())
                || full.equals(oldChain().toAbsolutePath().normalize());
    }

    private Path oldChain() {
        return folder.resolve("cert-chain.pem");
    }

    private Path oldKey() {
        return folder.resolve("key.pem");
    }

    /// Joins the two files of an earlier version, when they are there and fit each other. To be called before the
    /// identity is used.
    ///
    /// @throws IOException when the files cannot be read or written; nothing is lost then
    public void adopt() throws IOException {
        if (Files.exists(pair()) || !Files.exists(oldChain()) || !Files.exists(oldKey())) {
            return;
        }
        var chain = Files.readString(oldChain());
        var key = Files.readString(oldKey());
        if (KeyMaterial.read("identity", chain, key) instanceof Checked.Ok<KeyMaterial>) {
            var since = Files.getLastModifiedTime(oldChain());
            replace(pair(), key + chain, "rw-------");
            Files.setLastModifiedTime(pair(), since);
            Files.delete(oldKey());
            Files.delete(oldChain());
        }
    }

    /// The certificate chain, leaf first; empty when there is none that makes sense.
    ///
    /// @throws IOException when the file is there and cannot be read
    public List<X509Certificate> chain() throws IOException {
        if (!Files.exists(pair())) {
            return List.of();
        }
        try {
            return Pem.certificates(Files.readString(pair()));
        } catch (GeneralSecurityException senseless) {
            return List.of();
        }
    }

    /// Forgets the key and the chain; the root stays.
    public void forget() throws IOException {
        Files.deleteIfExists(pair());
        Files.deleteIfExists(oldChain());
        Files.deleteIfExists(oldKey());
    }

    /// Writes all: the root first, so that the new pair is never without it.
    void write(String keyPem, String chainPem, String rootPem) throws IOException {
        Files.createDirectories(folder);
        replace(root(), rootPem, "rw-r--r--");
        replace(pair(), keyPem + chainPem, "rw-------");
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
