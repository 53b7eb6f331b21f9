package io.heddle.traffic.filter;

import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.Span;
import java.util.List;

/// What is asked for, as Envoy's `rbac.v3.Permission`: a tree that a request fits or not.
public sealed interface Permission {
    /// Whether `request` fits.
    boolean matches(FilterRequest request);

    /// Everything.
    record Any() implements Permission {
        @Override
        public boolean matches(FilterRequest request) {
            return true;
        }
    }

    /// All of them.
    record And(List<Permission> all) implements Permission {
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
    record Or(List<Permission> any) implements Permission {
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

    /// Not that.
    record Not(Permission permission) implements Permission {
        @Override
        public boolean matches(FilterRequest request) {
            return !permission.matches(request);
        }
    }

    /// A header.
    record Header(HeaderMatcher matcher) implements Permission {
        @Override
        public boolean matches(FilterRequest request) {
            return matcher.matches(request.head());
        }
    }

    /// The path without its query.
    record UrlPath(PathMatcher matcher) implements Permission {
        @Override
        public boolean matches(FilterRequest request) {
            var head = request.head();
            return matcher.matches(head.bytes(), Span.start(head.path()), PathMatcher.end(head));
        }
    }

    /// The near end's address.
    record DestinationIp(AddressMatcher matcher) implements Permission {
        @Override
        public boolean matches(FilterRequest request) {
            return matcher.matches(request.peer().local().getAddress());
        }
    }

    /// The near end's port, from `start` to `end` (exclusive).
    record DestinationPort(int start, int end) implements Permission {
        @Override
        public boolean matches(FilterRequest request) {
            int port = request.peer().local().getPort();
            return port >= start && port < end;
        }
    }

    /// The SNI name; a connection without one has an empty name.
    record ServerName(StringMatcher matcher) implements Permission {
        @Override
        public boolean matches(FilterRequest request) {
            return matcher.matches(request.peer().serverName().orElse(""));
        }
    }
}
