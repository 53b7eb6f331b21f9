package io.heddle.traffic.hash;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How a cookie is made for a client that has none.
///
/// @param name its name
/// @param ttl how long the client keeps it; zero for as long as the client's session
/// @param path where the client sends it; empty says nothing
/// @param attributes more of them, as written after it
public record NewCookie(String name, Duration ttl, String path, List<Attribute> attributes) {
    public NewCookie {
        attributes = List.copyOf(attributes);
    }

    /// An attribute of a cookie, for example `SameSite` with `Strict`; one without a value stands alone.
    public record Attribute(String name, Optional<String> value) {}

    /// The value of a `set-cookie` line that gives the client `value`.
    public String line(String value) {
        var line = new StringBuilder(name).append("=\"").append(value).append('"');
        if (!ttl.isZero()) {
            line.append("; Max-Age=").append(ttl.toSeconds());
        }
        if (!path.isEmpty()) {
            line.append("; Path=").append(path);
        }
        for (var attribute : attributes) {
            line.append("; ").append(attribute.name());
            attribute.value().ifPresent(found -> line.append('=').append(found));
        }
        return line.append("; HttpOnly").toString();
    }
}
