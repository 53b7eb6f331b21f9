package io.heddle.proxy.exchange.head;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.filter.DynamicForwardFilter.HostRewrite;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.traffic.route.Route;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The host that a route names for a dynamic forward proxy instead of the request's own.
public final class NamedHost {
    private NamedHost() {}

    /// The host that the weighted cluster, else the route, names; empty for the request's own.
    public static Optional<String> of(Route route, ClusterChoice.@Nullable Target target, HttpRequestHead head) {
        var first = target == null ? Optional.<HostRewrite>empty() : rewrite(target.overrides());
        return first.or(() -> rewrite(route.overrides())).flatMap(found -> switch (found) {
            case HostRewrite.Literal(var host) -> Optional.of(host);
            case HostRewrite.Header(var name) -> {
                long value = head.header(name);
                yield Span.isPresent(value) ? Optional.of(Span.text(head.bytes(), value)) : Optional.<String>empty();
            }
        });
    }

    private static Optional<HostRewrite> rewrite(Map<String, FilterOverride> overrides) {
        for (var override : overrides.values()) {
            if (override instanceof HostRewrite found) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }
}
