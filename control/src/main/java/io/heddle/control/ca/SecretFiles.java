package io.heddle.control.ca;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/// Files that only their owner may read: written whole (temporary file, sync, rename), refused when others can read
/// them.
public final class SecretFiles {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_DIRECTORY = PosixFilePermissions.fromString("rwx------");

    private SecretFiles() {}

    /// Makes `directory`, and what leads to it; a new one is its owner's alone.
    public static void createDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_DIRECTORY));
        }
    }

    /// Writes `text` to `file` with mode 0600; a reader sees the old content or the new, never a part.
    public static void write(Path file, String text) throws IOException {
        replace(file, text, OWNER_ONLY);
    }

    /// Writes `text` to `file` with mode 0644, in the same way.
    public static void writePublic(Path file, String text) throws IOException {
        replace(file, text, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static void replace(Path file, String text, Set<PosixFilePermission> permissions) throws IOException {
        var directory = file.toAbsolutePath().getParent();
        var temporary = Files.createTempFile(
                directory, file.getFileName() + ".", ".new", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            Files.writeString(temporary, text);
            Files.setPosixFilePermissions(temporary, permissions);
            try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /// Whether anyone but the owner may read or write `file`.
    public static boolean isOpenToOthers(Path file) throws IOException {
        var permissions = EnumSet.noneOf(PosixFilePermission.class);
        permissions.addAll(Files.getPosixFilePermissions(file));
        permissions.removeAll(OWNER_ONLY);
        permissions.remove(PosixFilePermission.OWNER_EXECUTE);
        return !permissions.isEmpty();
    }
}
