package io.heddle.proxy.observe;

import io.heddle.traffic.filter.FilterCounter;
import java.util.Optional;

/// Gets every finished request, and every connection that access rules were asked about, on its event loop. It
/// must not block and must not keep the timeline.
public interface RequestObserver {
    /// The request has ended, one way or another. One whose redirect is followed here has ended, too, with the
    /// status of the redirect and the details `internal_redirect`: what it leads to is a request of its own.
    void finished(RequestTimeline timeline);

    /// Whether it will ask for lines of the request's answer, or for trailers, when that has ended: they
    /// are kept until then.
    default boolean asksAnswer(RequestTimeline timeline) {
        return false;
    }

    /// A connection whose bytes were relayed has ended, or could not be.
    default void relayed(RequestTimeline connection) {}

    /// A connection of a listener that logs its connections has ended, whatever became of it.
    default void ended(RequestTimeline connection) {}

    /// Access rules have let a connection pass, or have refused it.
    default void judged(Judgement judgement) {}

    /// A filter of a connection manager counted something. Any request may do this, so that it must cost little.
    default void counted(FilterCounter counter, String statPrefix) {
        counted(counter, statPrefix, 1);
    }

    /// A filter of a connection manager counted `amount` of something. Any request may do this, so that it must cost
    /// little.
    default void counted(FilterCounter counter, String statPrefix, long amount) {}

    /// A filter of a connection manager counts a request in a gauge until [#left], unless there are `most` in it
    /// already; whether it is counted.
    default boolean entered(FilterCounter gauge, String statPrefix, long most) {
        return true;
    }

    /// A request that was counted in a gauge has ended.
    default void left(FilterCounter gauge, String statPrefix) {}

    /// What access rules said of a connection.
    ///
    /// @param refused the connection's own timeline when it was refused, with its denial; empty when it passes
    /// @param shadow whether the rules that are only tried would have let it pass; empty when there are none
    record Judgement(Optional<RequestTimeline> refused, Optional<Boolean> shadow) {}
}
