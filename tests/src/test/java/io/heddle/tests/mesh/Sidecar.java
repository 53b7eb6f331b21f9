package io.heddle.tests.mesh;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One workload of a test: `heddle run` around an application.
final class Sidecar {
    /// The application: where it listens, and the command that the sidecar starts.
    record Behind(int port, List<String> command) {}

    private final Mesh mesh;
    private final Path folder;
    private final String service;
    private final String version;
    private final String name;
    private final Behind behind;
    private @Nullable Process process;

    /// Around an [EchoApplication].
    Sidecar(Mesh mesh, Path folder, String service, String version, String instance) {
        this(mesh, folder, service, version, instance, new Behind(freePort(), echo()));
    }

    /// Around an application of the caller's choice.
    Sidecar(Mesh mesh, Path folder, String service, String version, String instance, Behind behind) {
        this.mesh = mesh;
        this.folder = folder;
        this.service = service;
        this.version = version;
        this.name = service.substring(0, service.indexOf('.')) + "-" + instance;
        this.behind = behind;
    }

    private static List<String> echo() {
        var words = new ArrayList<>(List.of(java(), "-Xmx64m", "-XX:TieredStopAtLevel=1", "-cp"));
        words.addAll(List.of(System.getProperty("java.class.path"), EchoApplication.class.getName()));
        return words;
    }

    /// The workload's name.
    String name() {
        return name;
    }

    /// Where its application listens, past the sidecar.
    int applicationPort() {
        return behind.port();
    }

    /// Starts the process and waits until its ports are known and it is ready.
    void start() {
        var arguments = new ArrayList<>(List.of("run", "--service", service, "--version", version));
        arguments.addAll(List.of("--workload", name, "--port", String.valueOf(behind.port())));
        arguments.addAll(List.of("--state-dir", stateFolder().toString(), "--"));
        arguments.addAll(behind.command());
        var environment = new HashMap<>(mesh.environment());
        environment.put("NAME", name);
        process = Command.start(log(), environment, arguments);
        awaitReady();
    }

    private void awaitReady() {
        await(name + " ready").atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> {
            if (!running().isAlive()) {
                throw new AssertionError(name + " exited:\n" + logText());
            }
            return mesh.get(URI.create("http://127.0.0.1:" + port("admin") + "/ready"), Map.of())
                            .statusCode()
                    == 200;
        });
    }

    /// One of its ports: outbound, inbound, admin, metrics.
    int port(String which) {
        try {
            return Mesh.JSON
                    .readTree(Files.readString(stateFolder().resolve("ports.json")))
                    .path(which)
                    .asInt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A GET to `host` as this workload's application would send it.
    HttpResponse<String> call(String host, Map<String, String> headers) {
        var all = new HashMap<>(headers);
        all.put("Host", host);
        return mesh.get(URI.create("http://127.0.0.1:" + port("outbound") + "/"), all);
    }

    /// Its Prometheus page.
    String metrics() {
        return mesh.get(URI.create("http://127.0.0.1:" + port("metrics") + "/stats/prometheus"), Map.of())
                .body();
    }

    /// Its access log so far.
    String accessLog() {
        try {
            return Files.readString(stateFolder().resolve("access.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The resident memory of the sidecar's process, KiB; its application is another.
    long residentKib() {
        return ProcessMemory.residentKib(running().pid());
    }

    /// Its state folder.
    Path stateFolder() {
        return folder.resolve(name);
    }

    /// Ends sidecar and application without a word.
    void kill() {
        running().toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
        running().destroyForcibly();
        running().onExit().join();
    }

    /// Asks it to stop, and waits until it has.
    int stop() {
        running().destroy();
        return running().onExit().join().exitValue();
    }

    private Process running() {
        return Objects.requireNonNull(process, "start() comes first");
    }

    private Path log() {
        return folder.resolve(name + ".log");
    }

    private String logText() {
        try {
            return Files.readString(log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
