package io.heddle.cli.server;

import io.heddle.cli.output.LogOption;
import java.util.Map;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// How servers log: to standard error, lines for people, or JSON with `HEDDLE_LOG=json` or [LogOption].
///
/// Both stand in [LogSetup]; the level comes from `HEDDLE_LOG_LEVEL`, INFO by default. Loggers of the
/// JDK, which gRPC uses, go the same way.
public final class Logs {
    private Logs() {}

    /// Chooses the form; before the first logger is made.
    public static void configure(Map<String, String> environment) {
        boolean json = environment.getOrDefault("HEDDLE_LOG", "").equalsIgnoreCase("json");
        System.setProperty(LogOption.PROPERTY, json ? "json" : "people");
    }

    /// Sends the JDK's loggers to ours.
    public static void bridge() {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }
}
