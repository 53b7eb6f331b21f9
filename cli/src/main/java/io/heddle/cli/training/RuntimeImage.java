package io.heddle.cli.training;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.spi.ToolProvider;

/// The distribution's own Java runtime: the modules that Heddle's jars use, linked out of the JDK of this process.
///
/// The list of modules is what `jdeps --print-module-deps` finds in the jars, less what only optional parts of
/// libraries ask for (`java.desktop`, `java.sql`, `java.compiler`), plus what is found by name alone (`jdk.net`,
/// `jdk.management`) and what an operator needs to look into a running process (`jdk.jcmd`, `jdk.jfr`).
final class RuntimeImage {
    static final List<String> MODULES = List.of(
            "java.base",
            "java.logging",
            "java.management",
            "java.naming",
            "java.net.http",
            "java.xml",
            "jdk.httpserver",
            "jdk.jcmd",
            "jdk.jfr",
            "jdk.management",
            "jdk.net",
            "jdk.unsupported");

    /// The security providers of these modules. Java's list names more; a search for an algorithm that these lack would
    /// load every provider on the class path to compare names, BouncyCastle's 600 classes among them.
    private static final Set<String> PROVIDERS = Set.of("SUN", "SunRsaSign", "SunEC", "SunJSSE", "SunJCE");

    /// Lets priorities of threads count, which the launcher uses to make the compilers' threads yield. Whoever is not
    /// root may lower a priority too; given on the command line, the virtual machine would warn them all the same.
    private static final String OPTIONS = "-XX:ThreadPriorityPolicy=1";

    private static final String PROVIDER = "security.provider.";
    private static final String ORIGIN = "linked-from";

    private final Path folder;

    RuntimeImage(Path folder) {
        this.folder = folder;
    }

    /// Links it unless it is there already, from this very JDK.
    ///
    /// @throws IOException when it cannot be linked; nothing is left then
    void link(PrintStream log) throws IOException {
        var jdk = Path.of(System.getProperty("java.home"));
        var origin = jdk + "\n" + String.join(",", MODULES) + "\n" + OPTIONS + "\n"
                + Files.readString(jdk.resolve("release"));
        var mark = folder.resolve(ORIGIN);
        if (Files.exists(mark) && Files.readString(mark).equals(origin)) {
            return;
        }
        Folders.delete(folder);
        var jlink = ToolProvider.findFirst("jlink")
                .orElseThrow(() -> new IOException("the JDK in " + jdk + " has no jlink"));
        int code = jlink.run(
                log,
                log,
                "--add-modules",
                String.join(",", MODULES),
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                "--add-options=" + OPTIONS,
                "--output",
                folder.toString());
        if (code != 0) {
            Folders.delete(folder);
            throw new IOException("jlink of " + jdk + " ended with " + code);
        }
        trim(folder.resolve("conf").resolve("security").resolve("java.security"));
        Files.writeString(mark, origin);
    }

    /// Leaves only the providers that the image has.
    private static void trim(Path security) throws IOException {
        var kept = trimmed(Files.readAllLines(security));
        Files.write(security, kept);
    }

    /// The lines of `java.security` without the providers of other modules, the others numbered anew.
    static List<String> trimmed(List<String> lines) {
        var number = new int[1];
        return lines.stream()
                .filter(line -> !line.startsWith(PROVIDER) || PROVIDERS.contains(value(line)))
                .map(line -> line.startsWith(PROVIDER) ? PROVIDER + ++number[0] + "=" + value(line) : line)
                .toList();
    }

    private static String value(String line) {
        return line.substring(line.indexOf('=') + 1).strip();
    }
}
