package io.heddle.cli.mesh;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.sidecar.ParentWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One process of the demo with its log file.
final class DemoProcess {
    private static final int LINES = 15;
    private static final List<Path> SETSID = List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));

    private final String name;
    private final Path log;
    private final Process process;

    private DemoProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /// Starts it; its process number is in `<name>.pid` beside its log. It ends by itself when this process is gone.
    ///
    /// Where the system has `setsid`, it gets a session of its own, so that Ctrl-C in the terminal reaches only the
    /// demo, which then ends everything in order.
    static DemoProcess start(String name, List<String> command, Map<String, String> variables, Path directory) {
        var log = directory.resolve(name + ".log");
        var whole = new java.util.ArrayList<String>();
        SETSID.stream().filter(Files::isExecutable).findFirst().ifPresent(path -> whole.add(path.toString()));
        whole.addAll(command);
        var builder = new ProcessBuilder(whole)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        var environment = builder.environment();
        environment.put(
                ParentWatch.VARIABLE, Long.toString(ProcessHandle.current().pid()));
        environment.put("HEDDLE_NO_BUILD", "1");
        environment.putIfAbsent("HEDDLE_PROFILE", "small"); // nine sidecars on one machine
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.remove("HEDDLE_SERVER");
        environment.remove("HEDDLE_TOKEN");
        environment.putAll(variables);
        try {
            var process = builder.start();
            Files.writeString(directory.resolve(name + ".pid"), process.pid() + "\n");
            return new DemoProcess(name, log, process);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILURE,
                    "cannot start " + name + ": " + e.getMessage(),
                    "check that this directory is still there",
                    e);
        }
    }

    String name() {
        return name;
    }

    boolean alive() {
        return process.isAlive();
    }

    /// What to tell when it ended before its time.
    Failure failure() {
        return new Failure(
                ExitCode.FAILURE,
                name + " ended with exit code " + process.exitValue() + "; the last lines of " + log + ":\n" + tail(),
                "keep the whole logs with --dir");
    }

    private String tail() {
        try {
            var lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()))
                    .indent(4)
                    .stripTrailing();
        } catch (IOException e) {
            return "    (no log: " + e.getMessage() + ")";
        }
    }

    /// Asks it to end.
    void stop() {
        process.destroy();
    }

    /// Waits for its end; when `patience` is over, ends it and everything it started.
    ///
    /// @return whether it ended by itself
    boolean awaitEnd(Duration patience) throws InterruptedException {
        var family = process.descendants().toList();
        boolean ended = process.waitFor(Math.max(1, patience.toMillis()), TimeUnit.MILLISECONDS);
        if (!ended) {
            process.destroyForcibly();
            process.waitFor();
        }
        family.forEach(ProcessHandle::destroyForcibly);
        return ended;
    }
}
