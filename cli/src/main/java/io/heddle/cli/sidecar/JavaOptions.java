package io.heddle.cli.sidecar;

import java.util.Map;

/// The variables that give options to every Java virtual machine, which are meant for the application.
///
/// The sidecar and the program that confines have options of their own, and two garbage collectors, for
/// example, stop a virtual machine. So the launcher `heddle` keeps these variables under other names, and
/// the application gets them back as they were.
final class JavaOptions {
    private static final Map<String, String> NAMES = Map.of(
            "HEDDLE_APPLICATION_JAVA_TOOL_OPTIONS", "JAVA_TOOL_OPTIONS",
            "HEDDLE_APPLICATION_JDK_JAVA_OPTIONS", "JDK_JAVA_OPTIONS",
            "HEDDLE_APPLICATION__JAVA_OPTIONS", "_JAVA_OPTIONS");

    private JavaOptions() {}

    /// The variables' names by those that they are kept under.
    static Map<String, String> names() {
        return NAMES;
    }

    /// Keeps the variables under other names, for a program in Java that becomes the application.
    static void keep(Map<String, String> environment) {
        NAMES.forEach((kept, name) -> rename(environment, name, kept));
    }

    /// Gives the variables their names back, for the application.
    static void restore(Map<String, String> environment) {
        NAMES.forEach((kept, name) -> rename(environment, kept, name));
    }

    private static void rename(Map<String, String> environment, String from, String to) {
        var value = environment.remove(from);
        if (value != null) {
            environment.put(to, value);
        }
    }
}
