package io.heddle.control.telemetry;

/// Who calls whom, as finely as the graph keeps it.
record EdgeKey(Party from, Party to) {
    static EdgeKey of(Sample sample) {
        return new EdgeKey(Party.source(sample), Party.destination(sample));
    }
}
