package io.heddle.proxy.observe;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;

/// What command operators say of a timeline that no exchange speaks for, such as a connection's: what filters found
/// out, and nothing else.
///
/// @param timeline whose
record TimelineSource(RequestTimeline timeline) implements FormatSource {
    private static final RequestHead NONE = new HttpRequestHead();

    @Override
    public RequestHead request() {
        var head = timeline.head();
        return head == null ? NONE : head;
    }

    @Override
    public HeaderFields response() {
        return HeaderFields.NONE;
    }

    @Override
    public HeaderFields trailers() {
        return HeaderFields.NONE;
    }

    @Override
    public long startedAtMillis() {
        return timeline.startedAtMillis;
    }

    @Override
    public RequestState state() {
        return timeline.state;
    }

    @Override
    public void appendOwn(HeaderName name, StringBuilder out) {
        // Only an exchange adds lines.
    }

    @Override
    public void append(Operator operator, StringBuilder out) {
        // What is known of a connection, fields of their own tell.
    }
}
