package io.heddle.proxy.observe;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// What became of the connections of the connection managers of one `stat_prefix`. Safe on any thread; threads that
/// count at the same time do so apart.
public final class DownstreamStats {
    private final Map<DownstreamFigure, LongAdder> figures = new EnumMap<>(DownstreamFigure.class);

    /// All zero.
    public DownstreamStats() {
        for (var figure : DownstreamFigure.values()) {
            figures.put(figure, new LongAdder());
        }
    }

    private LongAdder adder(DownstreamFigure figure) {
        var adder = figures.get(figure);
        if (adder == null) {
            throw new IllegalStateException(figure.stat());
        }
        return adder;
    }

    /// One more.
    public void count(DownstreamFigure figure) {
        adder(figure).increment();
    }

    /// One less, of a gauge.
    public void uncount(DownstreamFigure figure) {
        adder(figure).decrement();
    }

    /// How many.
    public long value(DownstreamFigure figure) {
        return adder(figure).sum();
    }
}
