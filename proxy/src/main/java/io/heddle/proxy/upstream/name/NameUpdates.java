package io.heddle.proxy.upstream.name;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// What became of the questions for a cluster's names, since they are asked. Safe on any thread.
public final class NameUpdates {
    private final Map<Figure, LongAdder> figures = new EnumMap<>(Figure.class);

    /// What is counted, with Envoy's names of `cluster.<name>.…`.
    public enum Figure {
        ATTEMPT("update_attempt", "Names of clusters that were asked for."),
        SUCCESS("update_success", "Of these, answered, be it that there is no such name."),
        FAILURE("update_failure", "Of these, not answered."),
        EMPTY("update_empty", "Answers without an address, in spite of which the last one stays."),
        NO_REBUILD("update_no_rebuild", "Answers that changed nothing.");

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

    NameUpdates() {
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
