package io.heddle.traffic.filter;

import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.FilterOverride;
import java.util.Optional;

/// Says for a route which host a request is for, as Envoy's `envoy.filters.http.dynamic_forward_proxy`. The name itself
/// is resolved where the request is forwarded, by the cluster, whose requests wait for it as they wait for a
/// connection.
public final class DynamicForwardFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.dynamic_forward_proxy";

    private final String name;

    /// A filter called `name` in its chain.
    public DynamicForwardFilter(String name) {
        this.name = name;
    }

    /// The host that stands in for the request's own, for the question and in the request that is forwarded.
    public sealed interface HostRewrite extends FilterOverride {
        /// This one.
        record Literal(String host) implements HostRewrite {}

        /// What stands in a header; the request's own host without it.
        record Header(HeaderName name) implements HostRewrite {}
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var override = request.override(name);
        if (override.isPresent() && override.get() instanceof HostRewrite rewrite) {
            host(rewrite, request.head()).ifPresent(request::toHost);
        }
        return FilterStep.CONTINUE;
    }

    private static Optional<String> host(HostRewrite rewrite, RequestHead head) {
        return switch (rewrite) {
            case HostRewrite.Literal(var host) -> Optional.of(host);
            case HostRewrite.Header(var header) -> {
                long value = head.header(header);
                yield Span.isPresent(value) ? Optional.of(Span.text(head.bytes(), value)) : Optional.empty();
            }
        };
    }
}
