package io.heddle.cli.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;

/// The process of a demo, as `demo.json` in the demo's directory names it.
///
/// @param pid the process
/// @param started when it started, in milliseconds of the epoch, so that a later process with its number is not taken
///     for it; 0 when the system does not tell
public record DemoOwner(long pid, long started) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /// This process.
    public static DemoOwner ofProcess() {
        return of(ProcessHandle.current());
    }

    private static DemoOwner of(ProcessHandle process) {
        return new DemoOwner(
                process.pid(),
                process.info().startInstant().map(Instant::toEpochMilli).orElse(0L));
    }

    /// The owner of the demo in this directory; empty where none is named.
    public static Optional<DemoOwner> of(Path demo) {
        try {
            var json = MAPPER.readTree(Files.readString(demo.resolve("demo.json")));
            return Optional.of(new DemoOwner(
                    json.path("pid").asLong(-1), json.path("started").asLong(0)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | JacksonException e) {
            return Optional.empty(); // half written: its demo is starting, or ended while it did
        }
    }

    /// Names it in the demo's directory.
    public void write(Path demo) throws IOException {
        Files.writeString(demo.resolve("demo.json"), "{\"pid\": " + pid + ", \"started\": " + started + "}\n");
    }

    /// Whether that very process is alive.
    public boolean alive() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> of(process).started == started)
                .isPresent();
    }
}
