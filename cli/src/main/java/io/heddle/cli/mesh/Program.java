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
record Program(Optional<Path> launcher, Path java, String classPath) {
    /// The program of this process.
    static Program ofProcess() {
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
        return List.of(
                java.toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseCompactObjectHeaders",
                "-XX:-UsePerfData",
                "-Xms8m",
                "-Xmx32m",
                "-Xss512k",
                "-Djava.net.preferIPv4Stack=true",
                "-cp",
                bookshopPath(),
                Bookshop.class.getName(),
                role);
    }

    private static String bookshopPath() {
        try {
            return Path.of(Bookshop.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the bookshop's jar has no path", e);
        }
    }
}
