package io.heddle.traffic.runtime;

import io.heddle.traffic.request.HeaderName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Where the requests of an `ORIGINAL_DST` cluster say that they go (Envoy's `original_dst_lb_config`):
/// in metadata, else in a header, else by the destination of their connection. What is no address of a
/// socket says nothing.
///
/// @param metadata where in the request's dynamic metadata (`metadata_key`); empty: not there
/// @param header in which header (`use_http_header`, `http_header_name`); empty: in none
/// @param port the port, whatever is said (`upstream_port_override`)
public record DestinationRules(Optional<Place> metadata, Optional<HeaderName> header, OptionalInt port) {
    /// The connection alone says it.
    public static final DestinationRules CONNECTION =
            new DestinationRules(Optional.empty(), Optional.empty(), OptionalInt.empty());

    /// A place in dynamic metadata.
    ///
    /// @param namespace whose it is
    /// @param path the keys down to it
    public record Place(String namespace, List<String> path) {
        public Place {
            path = List.copyOf(path);
        }
    }
}
