package io.heddle.cli.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.jar.JarFile;

/// The libraries in machine code that jars carry, unpacked once.
///
/// Netty looks for them on `java.library.path` and else unpacks each into a temporary file at every start, which costs
/// time, and memory too: no two processes share the pages of such files.
final class NativeLibraries {
    private static final String PREFIX = "META-INF/native/";

    private final Path libraries;
    private final Path folder;

    /// From the jars of `libraries` into `folder`.
    NativeLibraries(Path libraries, Path folder) {
        this.libraries = libraries;
        this.folder = folder;
    }

    /// Unpacks those for this machine's architecture, over what an earlier build left.
    ///
    /// @return how many there are
    /// @throws IOException when a jar cannot be read, or a library not written
    int unpack() throws IOException {
        Folders.delete(folder);
        Files.createDirectories(folder);
        int unpacked = 0;
        try (var jars = Files.newDirectoryStream(libraries, "*.jar")) {
            for (var jar : jars) {
                unpacked += unpack(jar);
            }
        }
        return unpacked;
    }

    private int unpack(Path jar) throws IOException {
        int unpacked = 0;
        try (var file = new JarFile(jar.toFile())) {
            for (var entry :
                    file.stream().filter(found -> isOurs(found.getName())).toList()) {
                try (var in = file.getInputStream(entry)) {
                    var name = entry.getName().substring(PREFIX.length());
                    Files.copy(in, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
                unpacked++;
            }
        }
        return unpacked;
    }

    private static boolean isOurs(String entry) {
        return entry.startsWith(PREFIX)
                && entry.endsWith("_" + architecture() + ".so")
                && entry.indexOf('/', PREFIX.length()) < 0;
    }

    /// As Netty spells it in the names of its libraries.
    static String architecture() {
        var name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "aarch_64";
            default -> name;
        };
    }
}
