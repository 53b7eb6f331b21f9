package io.heddle.model.resource;

import io.heddle.model.name.ObjectName;
import io.heddle.model.name.ServiceName;
import java.util.List;
import java.util.Optional;

/// What a route does to a request or its response on the way.
public sealed interface RouteFilter {
    /// Changes request headers.
    record RequestHeaders(List<Header> set, List<Header> add, List<String> remove) implements RouteFilter {
        public RequestHeaders {
            set = List.copyOf(set);
            add = List.copyOf(add);
            remove = List.copyOf(remove);
        }
    }

    /// Changes response headers.
    record ResponseHeaders(List<Header> set, List<Header> add, List<String> remove) implements RouteFilter {
        public ResponseHeaders {
            set = List.copyOf(set);
            add = List.copyOf(add);
            remove = List.copyOf(remove);
        }
    }

    /// Answers with a redirect.
    ///
    /// @param scheme `http` or `https`; empty keeps it
    /// @param hostname empty keeps it
    /// @param path how the path changes; empty keeps it
    /// @param port empty keeps it or follows the scheme
    /// @param status 301, 302, 303, 307 or 308
    record Redirect(
            Optional<String> scheme,
            Optional<String> hostname,
            Optional<PathChange> path,
            Optional<Integer> port,
            int status)
            implements RouteFilter {}

    /// Rewrites host or path before forwarding.
    record Rewrite(Optional<String> hostname, Optional<PathChange> path) implements RouteFilter {}

    /// Sends a copy of the request to another service and drops its answer.
    ///
    /// @param percent the share of requests, 0 to 100
    record Mirror(ServiceName service, int port, double percent) implements RouteFilter {}

    /// Injects the faults of a [FaultPolicy].
    record Fault(ObjectName policy) implements RouteFilter {}

    /// A header line.
    record Header(String name, String value) {}

    /// How a path is replaced.
    sealed interface PathChange {
        /// The whole path.
        record Full(String path) implements PathChange {}

        /// The part that the rule's prefix matched.
        record Prefix(String path) implements PathChange {}
    }
}
