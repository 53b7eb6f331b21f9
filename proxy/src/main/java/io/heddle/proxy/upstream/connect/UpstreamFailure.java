package io.heddle.proxy.upstream.connect;

/// Why an upstream did not answer.
public enum UpstreamFailure {
    CONNECT_FAILED("connection failure"),
    CONNECT_TIMEOUT("connection timeout"),
    /// The cluster has as many connections or waiting requests as it may.
    OVERFLOW("overflow"),
    /// The connection ended before any byte of an answer.
    RESET_BEFORE_RESPONSE("connection termination"),
    /// The connection ended within the answer.
    RESET_IN_RESPONSE("connection termination"),
    /// The upstream has certainly not acted on the request: it refused the stream, or went away before it.
    REFUSED("remote refused stream reset"),
    /// The upstream reset the stream before any of an answer.
    STREAM_RESET("remote reset"),
    /// The upstream reset the stream within the answer.
    STREAM_RESET_IN_RESPONSE("remote reset"),
    /// The name that the request brings along cannot be resolved.
    NO_SUCH_NAME("dns resolution failure"),
    /// As many names are remembered as may be.
    TOO_MANY_NAMES("dns cache overflow"),
    /// As many requests wait for answers about names as may.
    TOO_MANY_QUESTIONS("dns pending request overflow"),
    /// The answer is not HTTP.
    MALFORMED("protocol error");

    private final String reason;

    UpstreamFailure(String reason) {
        this.reason = reason;
    }

    /// The reason in Envoy's words.
    public String reason() {
        return reason;
    }
}
