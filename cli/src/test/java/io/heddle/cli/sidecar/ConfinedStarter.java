package io.heddle.cli.sidecar;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A process that starts a confined application as `heddle run` does, and waits for it.
final class ConfinedStarter {
    private ConfinedStarter() {}

    /// @param arguments the file that the application writes its process number to, and its variables for Java
    public static void main(String[] arguments) throws InterruptedException {
        var command = new ArrayList<>(Confinement.prefix(15_001));
        var script = "{ echo $$; env | grep JAVA; } > \"$1.new\"; mv \"$1.new\" \"$1\"; exec sleep 600";
        command.addAll(List.of("sh", "-c", script, "sh"));
        command.add(arguments[0]);
        var workload = new WorkloadSpec("job", "shop", "job", Optional.empty(), "", "127.0.0.1", OptionalInt.empty());
        Application.start(command, workload, 15_001).await();
    }
}
