package io.heddle.proxy.downstream;

/// What a client's HTTP/1 connection waits for.
enum Http1State {
    /// The head of a request.
    HEAD,
    /// The body of a request.
    BODY,
    /// The rest of the body of a request that is answered: it is read and dropped.
    REST,
    /// The end of an answer, whose request is read.
    ANSWER,
    /// The end of a tunnel.
    TUNNEL,
    /// Its own end.
    CLOSING;

    /// Whether some of a request's body is still to come.
    boolean isWithinBody() {
        return this == BODY || this == REST;
    }
}
