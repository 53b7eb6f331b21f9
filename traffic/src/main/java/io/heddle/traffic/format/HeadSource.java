package io.heddle.traffic.format;

import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;

/// A request of which only its head is known.
record HeadSource(RequestHead request) implements FormatSource {
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
        return 0;
    }

    @Override
    public void appendOwn(HeaderName name, StringBuilder out) {
        // Only what came is known.
    }

    @Override
    public void append(Operator operator, StringBuilder out) {
        // Only what came is known.
    }
}
