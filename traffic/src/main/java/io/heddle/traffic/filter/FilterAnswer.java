package io.heddle.traffic.filter;

import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;

/// An answer as a filter sees it, one of a host or one made here. Valid only during the call.
public interface FilterAnswer {
    /// The status, 200 to 599.
    int status();

    /// Whether the proxy made it itself.
    boolean local();

    /// Whether a body that can be changed may follow: no answer to HEAD has one, nor 204, 304, one made here to
    /// gRPC, or one that changes the protocol.
    boolean hasBody();

    /// The values of header `name`, pending edits among them, joined by `, `; empty without.
    String header(HeaderName name);

    /// Where changes to the head are recorded.
    HeaderEdits edits();

    /// The answer's body passes this on its way to the client, after what was asked for before. Nothing happens where
    /// there is no body.
    void changeBody(BodyChange change);

    /// Counts one.
    void count(FilterCounter counter);
}
