package io.heddle.cli.mesh;

import io.heddle.demo.Bookshop;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How this program starts itself and the sample application again, as other processes.
///
/// @param launcher the `heddle` script, when this process came from it
/// @param java the Java program of this process
/// @param classPath the class path of this process, for when there is no script
public record Program(Optional<Path> launcher, Path java, String classPath) {
    /// The program of this process.
    public static Program ofProcess() {
        return new Program(
                Optional.ofNullable(System.getProperty("heddle.launcher")).map(Path::of),
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"));
    }

    /// The command line of `heddle` with these arguments.
    List<String> heddle(List<String> arguments) {
        var command = new ArrayList<String>();
        if (launcher.isPresent()) {
            command.add(launcher.get().toString());
        } else {
            command.add(java.toString());
            command.addAll(List.of(
                    "-XX:+UseSerialGC",
                    "-Xmx96m",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    classPath,
                    "io.heddle.cli.Heddle"));
        }
        command.addAll(arguments);
        return command;
    }

    /// The command line of one application of the bookshop, in as little memory as it needs.
    List<String> bookshop(String role) {
        return bookshop(role, Optional.empty());
    }

    /// The same, which writes an ahead-of-time cache when it ends.
    ///
    /// @param output the cache to write; empty uses the distribution's, where there is one
    public List<String> bookshop(String role, Optional<Path> output) {
        var jar = bookshopJar();
        var command = new ArrayList<>(List.of(
                java.toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseCompactObjectHeaders",
                "-XX:-UsePerfData",
                "-Xms8m",
                "-Xmx32m",
                "-Xss512k",
                "-Djava.net.preferIPv4Stack=true"));
        if (output.isPresent()) {
            command.add("-XX:AOTCacheOutput=" + output.get());
        } else {
            cache(jar)
                    .ifPresent(file -> command.addAll(List.of(
                            "-XX:AOTCache=" + file,
                            "-XX:+UnlockDiagnosticVMOptions",
                            "-XX:ArchiveRelocationMode=0",
                            "-Xlog:aot*=off",
                            "-Xlog:cds*=off")));
        }
        command.addAll(List.of("-cp", jar.toString(), Bookshop.class.getName(), role));
        return command;
    }

    /// The bookshop's cache, unless its jar is newer.
    private static Optional<Path> cache(Path jar) {
        return Optional.ofNullable(System.getProperty("heddle.home"))
                .map(home -> Path.of(home, "aot", "bookshop.aot"))
                .filter(file -> file.toFile().lastModified() >= jar.toFile().lastModified());
    }

    private static Path bookshopJar() {
        try {
            return Path.of(Bookshop.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the bookshop's jar has no path", e);
        }
    }
}
