package io.heddle.cli.sidecar;

import java.util.Map;

/// Ends this process in order when the one that started it is gone, however it went.
///
/// The starter names itself in `HEDDLE_PARENT_PID`; without it nothing is watched.
public final class ParentWatch {
    /// The variable that names the process to watch.
    public static final String VARIABLE = "HEDDLE_PARENT_PID";

    private ParentWatch() {}

    /// Runs `end` when the watched process is gone; at once when it is gone already.
    public static void start(Map<String, String> environment, Runnable end) {
        var pid = environment.getOrDefault(VARIABLE, "");
        if (!pid.matches("[0-9]{1,18}")) {
            return;
        }
        var parent = ProcessHandle.of(Long.parseLong(pid));
        Thread.ofVirtual().name("parent-watch").start(() -> {
            parent.ifPresent(process -> process.onExit().join());
            end.run();
        });
    }
}
