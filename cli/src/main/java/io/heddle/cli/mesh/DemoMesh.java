package io.heddle.cli.mesh;

import io.heddle.cli.client.ControlPlaneClient;
import io.heddle.cli.client.Location;
import io.heddle.cli.client.StateDirectory;
import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.sidecar.Confinement;
import io.heddle.cli.sidecar.FreePorts;
import io.heddle.cli.sidecar.ParentWatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;

/// The demo's processes, from the first to the last.
///
/// Not safe for use by several threads, but for [#close], which may come from any.
final class DemoMesh implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration STOP = Duration.ofSeconds(15);

    private final Path directory;
    private final Program program;
    private final List<DemoProcess> sidecars = new ArrayList<>();
    private final Map<String, Integer> applicationPorts = new HashMap<>();
    private final FreePorts free = new FreePorts(new Random());
    private final int loadPort;
    private final boolean confined = Confinement.possible();
    private Optional<DemoProcess> control = Optional.empty();
    private Optional<ControlPlaneClient> client = Optional.empty();
    private boolean closed;

    DemoMesh(Path directory, Program program) {
        this.directory = directory;
        this.program = program;
        this.loadPort = free.take("127.0.0.1");
    }

    /// Starts the control plane and returns a client of it. A port that somebody took in the meantime is replaced.
    ControlPlaneClient startControl(int wantedApiPort) throws InterruptedException {
        var state = new StateDirectory(directory.resolve("control"));
        int wanted = wantedApiPort;
        while (true) {
            var ports = new ArrayList<Integer>(List.of(free.prefer(wanted, "127.0.0.1")));
            ports.addAll(free.take(3, "127.0.0.1"));
            if (runs(controlPlane(state, ports), state, ports)) {
                break;
            }
            wanted = 0;
        }
        var location = new Location(state.running().orElseThrow().api(), Optional.of(state.path()), state.token());
        var created = new ControlPlaneClient(location);
        client = Optional.of(created);
        return created;
    }

    private DemoProcess controlPlane(StateDirectory state, List<Integer> ports) {
        var arguments = List.of(
                "control",
                "--state-dir",
                state.path().toString(),
                "--api-port",
                ports.get(0).toString(),
                "--xds-port",
                ports.get(1).toString(),
                "--xds-plaintext-port",
                ports.get(2).toString(),
                "--metrics-port",
                ports.get(3).toString());
        writeRestart(program.heddle(arguments));
        start(() ->
                control = Optional.of(DemoProcess.start("control", program.heddle(arguments), Map.of(), directory)));
        return control.orElseThrow();
    }

    /// Waits for the control plane.
    ///
    /// @return whether it runs; it does not when somebody else has one of its ports
    private static boolean runs(DemoProcess process, StateDirectory state, List<Integer> ports)
            throws InterruptedException {
        await("the control plane", () -> {
            if (!process.alive()) {
                return true;
            }
            return state.running()
                    .filter(found -> found.api().getPort() == ports.getFirst() && found.alive())
                    .isPresent();
        });
        if (process.alive()) {
            return true;
        }
        if (ports.stream().allMatch(port -> FreePorts.isFree("127.0.0.1", port))) {
            throw process.failure();
        }
        return false;
    }

    /// The script that starts the control plane again where it was, until Ctrl-C or the end of the demo.
    Path restart() {
        return directory.resolve("restart-control");
    }

    private void writeRestart(List<String> command) {
        var script = """
                #!/bin/sh
                # Starts the control plane of this demo again, with its state and its ports; it ends with the demo.
                %s=%d HEDDLE_NO_BUILD=1 exec %s
                """.formatted(ParentWatch.VARIABLE, ProcessHandle.current().pid(), Shell.line(command));
        try {
            Files.writeString(restart(), script);
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.FAILURE, "cannot write " + restart() + ": " + e.getMessage(), "choose another --dir", e);
        }
    }

    /// Starts every workload and waits until the mesh counts on each and all sidecars run with the newest
    /// configuration.
    void startWorkloads(ControlPlaneClient control, Progress progress) throws InterruptedException {
        var workloads = DemoWorkload.all(bindable("127.0.0.2"));
        progress.step("starting " + workloads.size() + " workloads, each with its sidecar");
        for (var workload : workloads) {
            start(() -> sidecars.add(start(workload)));
            progress.detail(workload.name());
        }
        long instances = workloads.stream().filter(DemoWorkload::called).count();
        await("all " + workloads.size() + " sidecars", () -> {
            sidecars.forEach(DemoMesh::ensureAlive);
            long serving = serving(control);
            long synced = serving < instances ? 0 : synced(control);
            long ready = serving + (accepts(loadPort) ? workloads.size() - instances : 0);
            progress.detail(
                    serving < instances
                            ? ready + " of " + workloads.size() + " ready"
                            : synced + " of " + workloads.size() + " sidecars in sync");
            return synced == workloads.size();
        });
        await("the load generator", () -> accepts(loadPort));
    }

    /// Sends visits that nobody counts until every kind of them gets its answer.
    ///
    /// @return how many it took
    int tryPaths(LoadClient load, Progress progress) throws InterruptedException {
        progress.step("trying every path");
        long deadline = System.nanoTime() + START.toNanos();
        int visits = 0;
        while (true) {
            sidecars.forEach(DemoMesh::ensureAlive);
            var result = load.check();
            visits += result.path("visits").asInt(0);
            var failed = result.path("failed").asString("");
            if (failed.isEmpty()) {
                return visits;
            }
            if (System.nanoTime() > deadline) {
                throw new Failure(
                        ExitCode.TIMEOUT, "no way through the mesh: " + failed, "look at the logs with --dir");
            }
            progress.detail(failed);
            Thread.sleep(POLL);
        }
    }

    private static long serving(ControlPlaneClient control) {
        return control.resources("WorkloadEntry", Optional.of(DemoWorkload.NAMESPACE)).stream()
                .filter(entry -> entry.path("metadata")
                        .path("annotations")
                        .path("heddle.io/health")
                        .asString("")
                        .equals("healthy"))
                .count();
    }

    private static long synced(ControlPlaneClient control) {
        return control.proxies().stream()
                .filter(proxy -> proxy.path("state").asString("").equals("SYNCED"))
                .count();
    }

    private synchronized void start(Runnable starting) {
        if (closed) {
            throw new Failure(ExitCode.FAILURE, "stopped while starting", "start it again");
        }
        starting.run();
    }

    private DemoProcess start(DemoWorkload workload) {
        var ports = free.take(4, workload.address());
        var arguments = new ArrayList<>(List.of(
                "run",
                "--control",
                directory.resolve("control").toString(),
                "--state-dir",
                directory.resolve(workload.name()).toString(),
                "--namespace",
                DemoWorkload.NAMESPACE,
                "--workload",
                workload.name(),
                "--account",
                workload.account(),
                "--version",
                workload.version(),
                "--address",
                workload.address(),
                "--outbound-port",
                ports.get(0).toString(),
                "--inbound-port",
                ports.get(1).toString(),
                "--metrics-port",
                ports.get(2).toString(),
                "--admin-port",
                ports.get(3).toString()));
        var variables = new HashMap<String, String>();
        variables.put("VERSION", workload.version());
        variables.put("INSTANCE", workload.name());
        variables.put("BIND", "127.0.0.1");
        variables.put("END_WITH_PARENT", "1"); // nothing stays when its sidecar is killed
        if (workload.called()) {
            int port = free.take("127.0.0.1");
            applicationPorts.put(workload.name(), port);
            arguments.addAll(List.of(
                    "--service", workload.role() + "." + DemoWorkload.NAMESPACE, "--port", Integer.toString(port)));
        } else {
            variables.put("PORT", Integer.toString(loadPort));
        }
        if (confined) {
            arguments.add("--confine");
        }
        arguments.add("--");
        arguments.addAll(program.bookshop(workload.role()));
        return DemoProcess.start(workload.name(), program.heddle(arguments), variables, directory);
    }

    /// Whether the kernel holds every application to its own sidecar; where it cannot, they only do as they are told.
    boolean confined() {
        return confined;
    }

    /// The load generator's own port, for its figures and its rate.
    int loadPort() {
        return loadPort;
    }

    /// The port on which the application of the workload listens, past its sidecar.
    int applicationPort(String workload) {
        return applicationPorts.getOrDefault(workload, 0);
    }

    /// The first process that ended before its time.
    Optional<DemoProcess> dead() {
        var all = new ArrayList<>(sidecars);
        control.ifPresent(all::add);
        return all.stream().filter(process -> !process.alive()).findFirst();
    }

    private static void ensureAlive(DemoProcess process) {
        if (!process.alive()) {
            throw process.failure();
        }
    }

    private static void await(String what, BooleanSupplier done) throws InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new Failure(
                        ExitCode.TIMEOUT,
                        what + " did not get ready in " + START.toSeconds() + " s",
                        "look at the logs with --dir");
            }
            Thread.sleep(POLL);
        }
    }

    private static boolean bindable(String address) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean accepts(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Ends every process: callers before those they call, the control plane last. Whoever hangs is killed with all it
    /// started. Idempotent.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        long deadline = System.nanoTime() + STOP.toNanos();
        try {
            for (var process : sidecars.reversed()) {
                process.stop();
            }
            for (var process : sidecars.reversed()) {
                process.awaitEnd(Duration.ofNanos(deadline - System.nanoTime()));
            }
            client.ifPresent(ControlPlaneClient::close);
            control.ifPresent(DemoProcess::stop);
            if (control.isPresent()) {
                control.get().awaitEnd(STOP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
