package io.heddle.traffic.filter;

import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.Span;
import java.util.List;
import java.util.Optional;

/// Who asks, as Envoy's `rbac.v3.Principal`: a tree that a request fits or not.
public sealed interface Principal {
    /// Whether `request` fits.
    boolean matches(FilterRequest request);

    /// Everybody.
    record Any() implements Principal {
        @Override
        public boolean matches(FilterRequest request) {
            return true;
        }
    }

    /// All of them.
    record And(List<Principal> all) implements Principal {
        public And {
            all = List.copyOf(all);
        }

        @Override
        public boolean matches(FilterRequest request) {
            for (int i = 0; i < all.size(); i++) {
                if (!all.get(i).matches(request)) {
                    return false;
                }
            }
            return true;
        }
    }

    /// One of them.
    record Or(List<Principal> any) implements Principal {
        public Or {
            any = List.copyOf(any);
        }

        @Override
        public boolean matches(FilterRequest request) {
            for (int i = 0; i < any.size(); i++) {
                if (any.get(i).matches(request)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// Not them.
    record Not(Principal principal) implements Principal {
        @Override
        public boolean matches(FilterRequest request) {
            return !principal.matches(request);
        }
    }

    /// A caller whose verified certificate carries a SPIFFE URI that fits.
    ///
    /// @param name what the URI must be; empty takes every verified identity
    record Authenticated(Optional<StringMatcher> name) implements Principal {
        @Override
        public boolean matches(FilterRequest request) {
            var identity = request.peer().principal();
            if (!request.peer().tls() || identity.isEmpty()) {
                return false;
            }
            return name.isEmpty() || name.get().matches(identity.get());
        }
    }

    /// The connection's far end.
    record SourceIp(AddressMatcher matcher) implements Principal {
        @Override
        public boolean matches(FilterRequest request) {
            return matcher.matches(request.peer().direct().getAddress());
        }
    }

    /// A header.
    record Header(HeaderMatcher matcher) implements Principal {
        @Override
        public boolean matches(FilterRequest request) {
            return matcher.matches(request.head());
        }
    }

    /// The path without its query.
    record UrlPath(PathMatcher matcher) implements Principal {
        @Override
        public boolean matches(FilterRequest request) {
            var head = request.head();
            return matcher.matches(head.bytes(), Span.start(head.path()), PathMatcher.end(head));
        }
    }
}
