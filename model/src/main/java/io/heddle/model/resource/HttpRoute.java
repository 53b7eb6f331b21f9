package io.heddle.model.resource;

import io.heddle.model.name.ObjectName;
import io.heddle.model.name.ServiceName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How HTTP requests to a service are routed: a Gateway API HTTPRoute bound to services (GAMMA).
///
/// @param object the stored object
/// @param parents the services whose traffic this routes
/// @param hostnames host names to match; ignored for parents that are services, as the Gateway API says
/// @param rules in the order written; precedence between their matches follows the Gateway API
public record HttpRoute(ObjectName object, List<Parent> parents, List<String> hostnames, List<Rule> rules)
        implements Resource {
    public HttpRoute {
        parents = List.copyOf(parents);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    /// A service whose traffic is routed.
    ///
    /// @param service the service
    /// @param port one of its ports; empty for all
    public record Parent(ServiceName service, Optional<Integer> port) {}

    /// One rule: a request that any match fits goes to one of the backends.
    ///
    /// @param name the rule's name; empty when it has none
    /// @param matches any of them; empty for every request
    /// @param filters what is done to the request on its way
    /// @param backends by weight; empty means that the rule answers 500, unless a filter answers
    /// @param requestTimeout from the first byte to the last, retries included; zero for none
    /// @param backendTimeout for one try
    /// @param retry when to try again
    public record Rule(
            String name,
            List<Match> matches,
            List<RouteFilter> filters,
            List<Backend> backends,
            Optional<Duration> requestTimeout,
            Optional<Duration> backendTimeout,
            Optional<Retry> retry) {
        public Rule {
            matches = List.copyOf(matches);
            filters = List.copyOf(filters);
            backends = List.copyOf(backends);
        }
    }

    /// All parts must fit.
    ///
    /// @param path the path
    /// @param headers every one of them
    /// @param queryParams every one of them
    /// @param cookies every one of them
    /// @param method an HTTP method in upper case
    public record Match(
            PathMatch path,
            List<ValueMatch> headers,
            List<ValueMatch> queryParams,
            List<CookieMatch> cookies,
            Optional<String> method) {
        public Match {
            headers = List.copyOf(headers);
            queryParams = List.copyOf(queryParams);
            cookies = List.copyOf(cookies);
        }

        /// One that asks for no cookies.
        public Match(PathMatch path, List<ValueMatch> headers, List<ValueMatch> queryParams, Optional<String> method) {
            this(path, headers, queryParams, List.of(), method);
        }
    }

    /// How a path is matched.
    public sealed interface PathMatch {
        /// The whole path.
        record Exact(String path) implements PathMatch {}

        /// By path elements: `/a` fits `/a` and `/a/b`, not `/ab`.
        record Prefix(String path) implements PathMatch {}

        /// RE2, against the whole path.
        record Regex(String pattern) implements PathMatch {}
    }

    /// A header or query parameter by name and value.
    ///
    /// @param name the name; of headers in lower case
    /// @param value the exact value, or an RE2 pattern for the whole value
    /// @param regex whether `value` is a pattern
    public record ValueMatch(String name, String value, boolean regex) {}

    /// A cookie by name and value: the first of its name, without the quotes around it.
    ///
    /// @param name the name, with regard to case
    /// @param values exact values, one of which it must have, at least one; or one RE2 pattern for the whole value
    /// @param regex whether it is a pattern
    public record CookieMatch(String name, List<String> values, boolean regex) {
        public CookieMatch {
            values = List.copyOf(values);
        }
    }

    /// A backend and its share.
    ///
    /// @param service the service called
    /// @param port its port
    /// @param weight its share of all weights, 0 to 1,000,000
    /// @param filters done only for this backend
    public record Backend(ServiceName service, int port, int weight, List<RouteFilter> filters) {
        public Backend {
            filters = List.copyOf(filters);
        }
    }

    /// When to try again.
    ///
    /// @param codes response statuses worth another try
    /// @param attempts how many more tries, at least 1
    /// @param backoff the least pause between tries
    public record Retry(List<Integer> codes, int attempts, Optional<Duration> backoff) {
        public Retry {
            codes = List.copyOf(codes);
        }
    }
}
