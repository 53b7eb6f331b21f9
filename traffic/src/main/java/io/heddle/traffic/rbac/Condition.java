package io.heddle.traffic.rbac;

import io.heddle.traffic.filter.FilterRequest;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.metadata.MetadataMatcher;
import io.heddle.traffic.request.Span;

/// One thing that a request fits or not: what is asked for ([Permission]) or who asks ([Principal]). Conditions
/// stand in a [Rule].
public sealed interface Condition permits Permission, Principal {
    /// Whether `request` fits.
    boolean matches(FilterRequest request);

    /// A header.
    record Header(HeaderMatcher matcher) implements Permission, Principal {
        @Override
        public boolean matches(FilterRequest request) {
            return matcher.matches(request.head());
        }
    }

    /// Dynamic metadata.
    record Metadata(MetadataMatcher matcher) implements Permission, Principal {
        @Override
        public boolean matches(FilterRequest request) {
            return matcher.matches(request.state());
        }
    }

    /// The path without its query.
    record UrlPath(PathMatcher matcher) implements Permission, Principal {
        @Override
        public boolean matches(FilterRequest request) {
            var head = request.head();
            return matcher.matches(head.bytes(), Span.start(head.path()), PathMatcher.end(head));
        }
    }
}
