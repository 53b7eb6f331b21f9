package io.heddle.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Runs one application of the bookshop: `Bookshop <web|catalog|ratings|orders|payments|load>`.
///
/// `web` calls `catalog` and `orders`, `catalog` calls `ratings` from version v2 on, `orders` calls `payments`; `load`
/// is the load generator. With `END_WITH_PARENT=1` it ends when the process that started it does. Settings come from
/// the environment, see [Settings]. On SIGTERM it finishes the requests
/// under way.
public final class Bookshop {
    private static final List<String> ROLES = List.of("web", "catalog", "ratings", "orders", "payments", "load");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Bookshop() {}

    /// Starts the application and leaves its server running.
    ///
    /// @param arguments the role, one word
    public static void main(String[] arguments) {
        if (arguments.length != 1 || !ROLES.contains(arguments[0])) {
            System.err.println("usage: Bookshop <" + String.join("|", ROLES) + ">");
            System.exit(2);
        }
        var settings = new Settings(System.getenv());
        try {
            var server = start(arguments[0], settings);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(PATIENCE), "shutdown"));
            if (settings.endsWithParent()) {
                endWithParent();
            }
            System.out.println(
                    arguments[0] + " " + settings.version() + " listens on " + settings.bind() + ":" + server.port());
        } catch (IOException | IllegalArgumentException e) {
            System.err.println(arguments[0] + " cannot start: " + e.getMessage());
            System.exit(1);
        }
    }

    /// Ends this process in order when the one that started it is gone, however it went.
    private static void endWithParent() {
        var parent = ProcessHandle.current().parent();
        Thread.ofVirtual().name("parent-watch").start(() -> {
            parent.ifPresent(process -> process.onExit().join());
            System.exit(1);
        });
    }

    static AppServer start(String role, Settings settings) throws IOException {
        return AppServer.start(settings.bind(), settings.port(), app(role, settings));
    }

    private static App app(String role, Settings settings) {
        return switch (role) {
            case "web" -> new WebApp(new Downstream(settings));
            case "catalog" -> new CatalogApp(settings, new Downstream(settings));
            case "ratings" -> new RatingsApp(settings);
            case "orders" -> new OrdersApp(settings, new Downstream(settings));
            case "payments" -> new PaymentsApp(settings);
            case "load" ->
                LoadGenerator.start(new Downstream(settings), settings.number("RATE", 0, LoadGenerator.FASTEST));
            default -> throw new IllegalArgumentException("unknown role " + role);
        };
    }
}
