package io.heddle.proxy.envoy;

import io.heddle.proxy.envoy.Heads.Head;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/// What came of a request: the client's answer, and the request as its host saw it.
///
/// @param head of the answer; its first line is empty where the connection was closed
/// @param seen the request's head as its host saw it; empty where none did
/// @param sent the request's body as its host saw it
record Answer(Head head, String body, Optional<Head> seen, String sent) {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    /// An answer of the proxy at `port`.
    static Answer of(Head head, String body, int port) throws IOException {
        var echo = head.value("x-seen");
        if (echo.isEmpty()) {
            return new Answer(head, body, Optional.empty(), "");
        }
        var in = new BufferedInputStream(
                new ByteArrayInputStream(Base64.getDecoder().decode(echo)));
        var seen = Heads.read(in).named(Integer.toString(port), "own port");
        return new Answer(head, body, Optional.of(seen), Heads.text(in.readAllBytes()));
    }

    /// Its status; empty where the connection was closed.
    String status() {
        var first = head.first();
        return first.isEmpty() ? "" : first.substring(9, 12);
    }

    /// A value without what is different each time.
    static String steady(String name, String value) {
        return switch (name) {
            case "date" -> "some date";
            case "x-seen" -> "";
            default -> ID.matcher(value).replaceAll("some id");
        };
    }
}
