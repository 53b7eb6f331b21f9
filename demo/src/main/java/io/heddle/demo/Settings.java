package io.heddle.demo;

import java.net.URI;
import java.util.Map;

/// What one instance is told by its environment: `PORT`, `BIND`, `VERSION`, `INSTANCE`, and where its neighbours are.
///
/// @param environment the variables, usually [System#getenv()]
record Settings(Map<String, String> environment) {
    Settings {
        environment = Map.copyOf(environment);
    }

    /// A variable's value, or the fallback when it is absent or empty.
    String text(String name, String fallback) {
        var value = environment.getOrDefault(name, "");
        return value.isBlank() ? fallback : value.strip();
    }

    /// A whole number between 0 and `most`.
    ///
    /// @throws IllegalArgumentException naming the variable when it is anything else
    int number(String name, int fallback, int most) {
        var text = text(name, Integer.toString(fallback));
        try {
            int value = Integer.parseInt(text);
            if (value >= 0 && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    name + " must be a number from 0 to " + most + ", not '" + text + "'", e);
        }
        throw new IllegalArgumentException(name + " must be a number from 0 to " + most + ", not '" + text + "'");
    }

    /// The port to listen on; 0 picks a free one.
    int port() {
        return number("PORT", 0, 65_535);
    }

    /// Whether to end when the process that started this one is gone.
    boolean endsWithParent() {
        return text("END_WITH_PARENT", "0").equals("1");
    }

    /// The address to listen on, loopback unless told.
    String bind() {
        return text("BIND", "127.0.0.1");
    }

    /// The application's version, as the bookshop's answers show it.
    String version() {
        return text("VERSION", "v1");
    }

    /// A name for this instance, as the bookshop's answers show it.
    String instance() {
        return text("INSTANCE", text("HOSTNAME", "local"));
    }

    /// The address of a neighbour service: `CATALOG_URL` for `catalog`, by default `http://catalog.shop`.
    URI neighbour(String service) {
        return URI.create(text(service.toUpperCase(java.util.Locale.ROOT) + "_URL", "http://" + service + ".shop"));
    }
}
