package io.heddle.traffic.rbac;

import io.heddle.traffic.filter.FilterRequest;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.metadata.StateMatcher;
import java.util.Optional;

/// Who asks, as the leaves of Envoy's `rbac.v3.Principal`.
public sealed interface Principal extends Condition
        permits Condition.Header,
                Condition.UrlPath,
                Condition.Metadata,
                Principal.Authenticated,
                Principal.SourceIp,
                Principal.RemoteIp,
                Principal.State {
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

    /// Where the request comes from, by proxies in front that are believed (`x-forwarded-for`, PROXY header).
    record RemoteIp(AddressMatcher matcher) implements Principal {
        @Override
        public boolean matches(FilterRequest request) {
            return matcher.matches(request.peer().remote().getAddress());
        }
    }

    /// A text in the filter state.
    record State(StateMatcher matcher) implements Principal {
        @Override
        public boolean matches(FilterRequest request) {
            return matcher.matches(request.state());
        }
    }

    /// The connection's far end.
    record SourceIp(AddressMatcher matcher) implements Principal {
        @Override
        public boolean matches(FilterRequest request) {
            return matcher.matches(request.peer().direct().getAddress());
        }
    }
}
