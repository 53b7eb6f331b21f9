package io.heddle.control.api;

import java.nio.charset.StandardCharsets;

/// The answer to a [Call].
final class Answer {
    private final int status;
    private final String contentType;
    private final byte[] body;

    /// @param body the content, handed over: it must not be changed any more
    Answer(int status, String contentType, byte[] body) {
        this.status = status;
        this.contentType = contentType;
        this.body = body;
    }

    static Answer json(int status, Object value) {
        return new Answer(status, "application/json", Json.bytes(value));
    }

    static Answer json(Object value) {
        return json(200, value);
    }

    static Answer text(int status, String text) {
        return new Answer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    int status() {
        return status;
    }

    String contentType() {
        return contentType;
    }

    byte[] body() {
        return body;
    }
}
