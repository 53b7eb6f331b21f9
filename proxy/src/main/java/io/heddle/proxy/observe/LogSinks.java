package io.heddle.proxy.observe;

import io.heddle.traffic.reply.ReplyCondition;
import java.util.List;
import java.util.Optional;

/// The open logs of one filter of a listener.
///
/// @param generation of which configuration; [#NONE] has none
/// @param sinks in the order configured
record LogSinks(int generation, List<Sink> sinks) {
    /// Not looked up so far.
    static final LogSinks NONE = new LogSinks(-1, List.of());

    /// One open log.
    ///
    /// @param file where its lines go
    /// @param format how they look
    /// @param condition which requests it is told of; empty for all
    record Sink(LogFile file, LogFormat format, Optional<ReplyCondition> condition) {}
}
