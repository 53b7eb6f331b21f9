package io.heddle.proxy.observe;

import io.heddle.traffic.reply.ReplyCondition;
import java.util.List;
import java.util.Optional;

/// The open logs of one filter of a listener.
///
/// @param generation of which configuration; [#NONE] has none
/// @param sinks in the order configured
/// @param asksAnswer whether one of them asks for lines of the answer, or for trailers
record LogSinks(int generation, List<Sink> sinks, boolean asksAnswer) {
    /// Not looked up so far.
    static final LogSinks NONE = of(-1, List.of());

    /// These logs.
    static LogSinks of(int generation, List<Sink> sinks) {
        boolean asks = sinks.stream().anyMatch(sink -> sink.format().asksAnswer());
        return new LogSinks(generation, List.copyOf(sinks), asks);
    }

    /// One open log.
    ///
    /// @param file where its lines go
    /// @param format how they look
    /// @param condition which requests it is told of; empty for all
    record Sink(LogFile file, LogFormat format, Optional<ReplyCondition> condition) {}
}
