package io.heddle.tests.mesh;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A mesh of real processes in a folder of its own: one control plane and the workloads a test starts. Closing it ends
/// every process it started.
final class Mesh implements AutoCloseable {
    static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final List<Sidecar> sidecars = new ArrayList<>();
    private Process control;

    private Mesh(Path folder) {
        this.folder = folder;
        this.control = launchControl();
    }

    /// Starts a control plane and waits until it answers.
    static Mesh start(Path folder) {
        var mesh = new Mesh(folder);
        mesh.awaitControl();
        return mesh;
    }

    /// The control plane's state folder.
    Path controlFolder() {
        return folder.resolve("control");
    }

    /// Runs a command against this mesh; it may fail.
    Command.Result heddle(String... arguments) {
        return Command.run(folder, environment(), "", List.of(arguments));
    }

    /// Applies `yaml`; it may be refused.
    Command.Result apply(String yaml, String... more) {
        var arguments = new ArrayList<>(List.of("apply", "-f", "-"));
        arguments.addAll(List.of(more));
        return Command.run(folder, environment(), yaml, arguments);
    }

    /// Starts a workload: sidecar and echo application.
    Sidecar run(String service, String version) {
        return run(service, version, version);
    }

    /// Starts a workload called `service-instance`.
    Sidecar run(String service, String version, String instance) {
        return started(new Sidecar(this, folder, service, version, instance));
    }

    /// Starts a sidecar for an application that is there already, on `port` of this machine.
    Sidecar beside(int port, String service) {
        return started(
                new Sidecar(this, folder, service, "v1", "v1", new Sidecar.Behind(port, List.of("sleep", "infinity"))));
    }

    private Sidecar started(Sidecar sidecar) {
        sidecars.add(sidecar);
        sidecar.start();
        return sidecar;
    }

    /// Waits until every proxy runs what the control plane last said.
    void awaitSynced(int proxies) {
        await("every proxy in sync").atMost(PATIENCE).until(() -> {
            var items = api("/api/v1/proxies").path("items");
            int synced = 0;
            for (var item : items) {
                if (item.path("state").asString().equals("SYNCED")
                        && item.path("connected").asBoolean()) {
                    synced++;
                }
            }
            return synced == proxies;
        });
    }

    /// The resident memory of the control plane, KiB.
    long controlResidentKib() {
        return ProcessMemory.residentKib(control.pid());
    }

    /// Asks the control plane to stop, waits until it has, and returns its exit code.
    int stopControl() {
        control.destroy();
        return control.onExit().join().exitValue();
    }

    /// Kills the control plane without a word.
    void killControl() {
        control.toHandle().destroyForcibly();
        control.onExit().join();
    }

    /// Starts the control plane again on the same state.
    void restartControl() {
        control = launchControl();
        awaitControl();
    }

    /// Reads the API.
    JsonNode api(String path) {
        var address = field("api");
        return JSON.readTree(get(URI.create(address + path), Map.of()).body());
    }

    /// Applies `yaml` through the API, as `heddle apply` does.
    void post(String yaml) {
        try {
            var request = HttpRequest.newBuilder(URI.create(field("api") + "/api/v1/apply"))
                    .header("Content-Type", "application/yaml")
                    .header(
                            "Authorization",
                            "Bearer "
                                    + Files.readString(controlFolder().resolve("admin.token"))
                                            .strip())
                    .POST(HttpRequest.BodyPublishers.ofString(yaml));
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new AssertionError(answer.statusCode() + ": " + answer.body());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// A GET with headers.
    HttpResponse<String> get(URI uri, Map<String, String> headers) {
        try {
            var request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20));
            headers.forEach(request::header);
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(uri + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// An entry of the control plane's `control.json`.
    String field(String name) {
        try {
            return JSON.readTree(Files.readString(controlFolder().resolve("control.json")))
                    .path(name)
                    .asString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, String> environment() {
        return Map.of("HEDDLE_SERVER", controlFolder().toString());
    }

    private Process launchControl() {
        var arguments = new ArrayList<>(
                List.of("control", "--state-dir", controlFolder().toString()));
        boolean again = Files.exists(controlFolder().resolve("control.json"));
        arguments.addAll(List.of("--api-port", again ? port("api") : "0"));
        arguments.addAll(List.of("--xds-port", again ? port("xds") : "0"));
        arguments.addAll(List.of("--xds-plaintext-port", "0", "--metrics-port", "0"));
        deleteControlFile();
        return Command.start(folder.resolve("control.log"), Map.of(), arguments);
    }

    private String port(String name) {
        var address = field(name);
        return address.substring(address.lastIndexOf(':') + 1);
    }

    private void deleteControlFile() {
        try {
            Files.deleteIfExists(controlFolder().resolve("control.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitControl() {
        await("the control plane's control.json").atMost(PATIENCE).until(() -> {
            if (!control.isAlive()) {
                throw new AssertionError(
                        "the control plane exited:\n" + Files.readString(folder.resolve("control.log")));
            }
            return Files.exists(controlFolder().resolve("control.json"));
        });
        await("the API")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> api("/api/v1/mesh").has("trustDomain"));
    }

    @Override
    public void close() {
        sidecars.forEach(Sidecar::kill);
        control.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
        control.destroyForcibly();
        client.close();
    }
}
