package io.heddle.proxy.http;

/// What came of reading a head: it needs more bytes, it is complete, or what is wrong with it.
public enum HeadResult {
    MORE(0, "incomplete"),
    DONE(0, "complete"),
    METHOD_INVALID(400, "the method is not a token"),
    TARGET_INVALID(400, "the request target is malformed"),
    VERSION_INVALID(400, "the protocol version is malformed"),
    VERSION_UNSUPPORTED(505, "the protocol version is not HTTP/1.0 or HTTP/1.1"),
    STATUS_INVALID(502, "the status line is malformed"),
    LINE_ENDING_INVALID(400, "a line does not end with CR LF"),
    NAME_INVALID(400, "a header name is not a token directly followed by a colon"),
    VALUE_INVALID(400, "a header value contains a control character"),
    LINE_FOLDED(400, "a header line is folded"),
    HOST_MISSING(400, "the Host header is missing or empty"),
    HOST_DUPLICATE(400, "there is more than one Host header"),
    HOST_INVALID(400, "the authority is no host with at most a port"),
    LENGTH_INVALID(400, "the Content-Length is not one decimal number"),
    LENGTH_DUPLICATE(400, "there is more than one Content-Length header"),
    CODING_INVALID(400, "the Transfer-Encoding does not end with chunked, or appears twice, or comes with HTTP/1.0"),
    CODING_UNSUPPORTED(501, "the Transfer-Encoding is not exactly chunked"),
    CONNECT_WITH_BODY(400, "a CONNECT has a body"),
    FRAMING_CONFLICT(400, "Content-Length and Transfer-Encoding appear together"),
    TARGET_NOT_HERE(404, "the request target is a URL, which is not taken here"),
    TARGET_TOO_LONG(414, "the request line is too long"),
    HEAD_TOO_LARGE(431, "the head is too large"),
    TOO_MANY_HEADERS(431, "there are too many header lines"),
    PSEUDO_INVALID(400, "a pseudo-header field is missing, unknown, repeated, misplaced or malformed"),
    CONNECTION_FIELD(400, "there is a header that belongs to a connection of HTTP/1.1");

    private final int status;
    private final String reason;

    HeadResult(int status, String reason) {
        this.status = status;
        this.reason = reason;
    }

    /// Whether the bytes are no acceptable head.
    public boolean isFault() {
        return status != 0;
    }

    /// The HTTP status that answers a request with this fault; 0 when there is none.
    public int status() {
        return status;
    }

    /// What is wrong, in words.
    public String reason() {
        return reason;
    }

    /// The cause as one word for logs, as Envoy's `%RESPONSE_CODE_DETAILS%`.
    public String details() {
        return "http1.codec_error{" + name().toLowerCase(java.util.Locale.ROOT) + "}";
    }
}
