package io.heddle.cli.training;

import io.heddle.cli.client.StateDirectory;
import io.heddle.cli.mesh.Program;
import io.heddle.cli.sidecar.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/// A small mesh of real processes on loopback, used for a few seconds, so that each kind of process writes its cache.
///
/// ```
/// load → sidecar of ratings ⇒ sidecar of catalog → catalog → sidecar of catalog ⇒ sidecar of ratings → ratings
/// load → proxy ⇒ proxy → ratings
/// ```
///
/// `⇒` is mutual TLS. The sidecar of catalog and its application, the proxy, the control plane and one `apply` are
/// trained; so both directions of a sidecar are.
final class TrainingMesh implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration LOAD = Duration.ofMillis(1500);
    private static final String NAMESPACE = "shop";

    private final Path launcher;
    private final Path caches;
    private final Path folder;
    private final FreePorts ports = new FreePorts(new Random());
    private final List<Trainee> all = new ArrayList<>();

    TrainingMesh(Path launcher, Path caches, Path folder) {
        this.launcher = launcher;
        this.caches = caches;
        this.folder = folder;
    }

    /// Runs it from the first process to the last cache.
    void run(Consumer<String> progress) throws IOException, InterruptedException {
        progress.accept("starting a small mesh");
        var control = control();
        int ratings = ports.take("127.0.0.1");
        int way = ports.take("127.0.0.1");
        var apply = apply();
        var callee = sidecar("ratings", ratings, way, Optional.empty());
        var caller = sidecar("catalog", ports.take("127.0.0.1"), ports.take("127.0.0.1"), Optional.of(cache("run")));
        apply.awaitEnd();
        try (var load = new Load()) {
            progress.accept("using it");
            awaitAnswer(load, "http://catalog." + NAMESPACE + "/books", Optional.of(way));
            int outbound = ports.take("127.0.0.1");
            var proxy = proxy(outbound, ratings);
            awaitAnswer(load, "http://127.0.0.1:" + outbound + "/ratings", Optional.empty());
            load.run("http://127.0.0.1:" + outbound + "/ratings", Optional.empty(), LOAD);
            proxy.stop();
            load.run("http://catalog." + NAMESPACE + "/books", Optional.of(way), LOAD);
            progress.accept("writing the caches");
            // The sidecar ends as its application does, by itself: a process that is halted writes no cache.
            var application = caller.child();
            if (application.isEmpty()) {
                throw caller.failure("has no application");
            }
            application.get().destroy();
            proxy.awaitEnd();
            caller.awaitEnd();
            control.stop();
            callee.stop();
            control.awaitEnd();
        }
        publish();
    }

    /// Waits for the first good answer; when there is none, says what every process logged last.
    private void awaitAnswer(Load load, String uri, Optional<Integer> way) throws IOException, InterruptedException {
        try {
            load.awaitAnswer(uri, way, PATIENCE);
        } catch (IOException failure) {
            for (var trainee : all) {
                failure.addSuppressed(trainee.failure(trainee.alive() ? "runs" : "has ended"));
            }
            throw failure;
        }
    }

    private Trainee control() throws IOException, InterruptedException {
        var state = new StateDirectory(folder.resolve("control"));
        var free = ports.take(4, "127.0.0.1");
        var control = heddle(
                Map.of("HEDDLE_AOT_OUTPUT", cache("control").toString()),
                "control",
                "--state-dir",
                state.path().toString(),
                "--api-port",
                free.get(0).toString(),
                "--xds-port",
                free.get(1).toString(),
                "--xds-plaintext-port",
                free.get(2).toString(),
                "--metrics-port",
                free.get(3).toString());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (state.running().isEmpty()) {
            if (!control.alive() || System.nanoTime() > deadline) {
                throw control.failure("does not start");
            }
            Thread.sleep(POLL);
        }
        return control;
    }

    private Trainee apply() throws IOException {
        return heddle(
                Map.of("HEDDLE_AOT_OUTPUT", cache("command").toString()),
                "apply",
                "--server",
                folder.resolve("control").toString(),
                "-f",
                write("mesh.yaml", Map.of()).toString());
    }

    private Trainee sidecar(String role, int port, int outbound, Optional<Path> cache) throws IOException {
        var arguments = new ArrayList<>(List.of(
                "run",
                "--control",
                folder.resolve("control").toString(),
                "--state-dir",
                folder.resolve(role).toString(),
                "--service",
                role + "." + NAMESPACE,
                "--port",
                Integer.toString(port),
                "--outbound-port",
                Integer.toString(outbound),
                "--"));
        var output = cache.map(_ -> cache("bookshop"));
        arguments.addAll(Program.ofProcess().bookshop(role, output));
        var variables = new java.util.HashMap<>(Map.of("VERSION", "v2", "INSTANCE", role, "BIND", "127.0.0.1"));
        cache.ifPresent(file -> variables.put("HEDDLE_AOT_OUTPUT", file.toString()));
        return heddle(variables, arguments.toArray(String[]::new));
    }

    /// The proxy alone, with the identity of catalog's sidecar.
    private Trainee proxy(int outbound, int application) throws IOException {
        var bootstrap = write(
                "proxy.yaml",
                Map.of(
                        "@OUTBOUND@", Integer.toString(outbound),
                        "@INBOUND@", Integer.toString(ports.take("127.0.0.1")),
                        "@APP@", Integer.toString(application),
                        "@CERTS@", folder.resolve("catalog").resolve("identity").toString()));
        return heddle(
                Map.of("HEDDLE_AOT_OUTPUT", cache("proxy").toString()),
                "proxy",
                "-c",
                bootstrap.toString(),
                "--state-dir",
                folder.resolve("proxy").toString(),
                "--metrics-port",
                "0");
    }

    private Trainee heddle(Map<String, String> variables, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        var trainee = Trainee.start(folder.resolve(all.size() + ".log"), command, variables);
        all.add(trainee);
        return trainee;
    }

    private Path write(String name, Map<String, String> values) throws IOException {
        try (var in = TrainingMesh.class.getResourceAsStream("/training/" + name)) {
            if (in == null) {
                throw new IOException("training/" + name + " is not in this build");
            }
            var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (var value : values.entrySet()) {
                text = text.replace(value.getKey(), value.getValue());
            }
            return Files.writeString(folder.resolve(name), text);
        }
    }

    private Path cache(String name) {
        return caches.resolve(name + ".new");
    }

    /// Gives whole caches their names.
    private void publish() throws IOException {
        for (var name : List.of("proxy", "run", "control", "command", "bookshop")) {
            if (!Files.exists(cache(name))) {
                throw new IOException("this Java virtual machine wrote no cache for " + name);
            }
            Files.move(cache(name), caches.resolve(name + ".aot"), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    @Override
    public void close() {
        all.reversed().forEach(Trainee::close);
    }
}
