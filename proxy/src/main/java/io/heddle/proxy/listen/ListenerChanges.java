package io.heddle.proxy.listen;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// How often listeners came, changed and went, since the proxy began. Safe on any thread.
public final class ListenerChanges {
    private final Map<Figure, LongAdder> figures = new EnumMap<>(Figure.class);

    /// What is counted, with Envoy's names of `listener_manager.…`.
    public enum Figure {
        ADDED("listener_added", "Listeners that came."),
        MODIFIED("listener_modified", "Listeners that changed."),
        IN_PLACE("listener_in_place_updated", "Of these, without their sockets."),
        REMOVED("listener_removed", "Listeners that went."),
        CREATED("listener_create_success", "Listeners that were bound."),
        NOT_CREATED("listener_create_failure", "Listeners that could not be bound.");

        private final String stat;
        private final String help;

        Figure(String stat, String help) {
            this.stat = stat;
            this.help = help;
        }

        /// Envoy's name.
        public String stat() {
            return stat;
        }

        /// What it means, for people.
        public String help() {
            return help;
        }
    }

    ListenerChanges() {
        for (var figure : Figure.values()) {
            figures.put(figure, new LongAdder());
        }
    }

    private LongAdder adder(Figure figure) {
        var adder = figures.get(figure);
        if (adder == null) {
            throw new IllegalStateException(figure.stat());
        }
        return adder;
    }

    void count(Figure figure) {
        adder(figure).increment();
    }

    /// How often so far.
    public long value(Figure figure) {
        return adder(figure).sum();
    }
}
