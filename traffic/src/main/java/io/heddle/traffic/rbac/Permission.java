package io.heddle.traffic.rbac;

import io.heddle.traffic.filter.FilterRequest;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.match.StringMatcher;

/// What is asked for, as the leaves of Envoy's `rbac.v3.Permission`.
public sealed interface Permission extends Condition
        permits Condition.Header,
                Condition.UrlPath,
                Condition.Metadata,
                Permission.DestinationIp,
                Permission.DestinationPort,
                Permission.ServerName {
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
