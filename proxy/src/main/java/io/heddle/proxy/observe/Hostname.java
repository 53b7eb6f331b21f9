package io.heddle.proxy.observe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The name of the machine that this process runs on, without asking any name server.
final class Hostname {
    /// Read once; empty where the machine does not say.
    static final String OWN = read();

    private Hostname() {}

    private static String read() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname"), StandardCharsets.ISO_8859_1)
                    .strip();
        } catch (IOException notLinux) {
            return System.getenv().getOrDefault("HOSTNAME", "");
        }
    }
}
