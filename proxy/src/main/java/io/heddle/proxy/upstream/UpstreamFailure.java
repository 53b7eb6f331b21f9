package io.heddle.proxy.upstream;

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
