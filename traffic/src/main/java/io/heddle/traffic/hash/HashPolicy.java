package io.heddle.traffic.hash;

import com.google.re2j.Pattern;
import io.heddle.traffic.request.HeaderName;
import java.util.Optional;

/// A part of a request that says where it belongs (Envoy's `RouteAction.HashPolicy`). Several are combined
/// ([RequestHash]).
public sealed interface HashPolicy {
    /// Whether policies after this one are left out once there is a hash.
    boolean terminal();

    /// The same for somebody who cannot tell the client anything: no cookie is made.
    default HashPolicy withoutMaking() {
        return switch (this) {
            case Cookie(var name, var _, var terminal) -> new Cookie(name, Optional.empty(), terminal);
            case Header _, SourceAddress _, Query _ -> this;
        };
    }

    /// The values of a header; their order does not count.
    ///
    /// @param name of the header
    /// @param rewriting how each value changes before it is hashed
    record Header(HeaderName name, Optional<Rewriting> rewriting, boolean terminal) implements HashPolicy {}

    /// The value of a cookie.
    ///
    /// @param name of the cookie
    /// @param made how it is made for a client without one; empty for not at all
    record Cookie(String name, Optional<NewCookie> made, boolean terminal) implements HashPolicy {}

    /// The client's address, without its port.
    record SourceAddress(boolean terminal) implements HashPolicy {}

    /// The first value of a query parameter, as written.
    record Query(String name, boolean terminal) implements HashPolicy {}

    /// How a value changes before it is hashed.
    ///
    /// @param pattern each match of it
    /// @param replacement is replaced by this, with `$1` for the first group
    record Rewriting(Pattern pattern, String replacement) {}
}
