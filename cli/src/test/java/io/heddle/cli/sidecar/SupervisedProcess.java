package io.heddle.cli.sidecar;

import io.heddle.cli.output.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;

/// A process that runs an application which ends at once, with a sidecar that stays in one phase until it
/// is closed.
final class SupervisedProcess {
    private SupervisedProcess() {}

    /// @param arguments the file that gets a line for each call of the sidecar, and the call that it stays in
    public static void main(String[] arguments) throws InterruptedException {
        var calls = Path.of(arguments[0]);
        var workload = new WorkloadSpec("job", "shop", "job", Optional.empty(), "", "127.0.0.1", OptionalInt.empty());
        var start = new Sidecar.Start(
                calls,
                calls,
                new SidecarPorts(1, 2, 3, 4),
                workload,
                "127.0.0.1:15012",
                Optional.empty(),
                Duration.ofSeconds(3),
                "/dev/null");
        var sidecar = new StayingSidecar(calls, arguments[1], new CountDownLatch(1));
        new Supervisor(Console.ofProcess(Map.of()), sidecar, Duration.ofSeconds(1)).run(List.of("true"), start);
    }

    private record StayingSidecar(Path calls, String phase, CountDownLatch closed) implements Sidecar {
        @Override
        public boolean awaitReady(Duration patience) {
            called("ready");
            return true;
        }

        @Override
        public void applicationReady() {}

        @Override
        public void drain(Duration patience) {
            called("drain");
        }

        @Override
        public void close() {
            closed.countDown();
            called("close");
        }

        private void called(String name) {
            try {
                Files.writeString(calls, name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                if (name.equals(phase)) {
                    closed.await();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
