package io.heddle.traffic.filter;

import io.heddle.traffic.layer.RuntimeFlag;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.resilience.ConcurrencyController;
import io.heddle.traffic.resilience.ConcurrencySettings;
import io.heddle.traffic.route.FilterOverride;

/// Lets pass only as many requests at a time as the service behind can take without a queue, as Envoy's
/// `envoy.filters.http.adaptive_concurrency`. How many these are, a [ConcurrencyController] finds out.
public final class AdaptiveConcurrencyFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.adaptive_concurrency";

    private final String name;
    private final RuntimeFlag enabled;
    private final ConcurrencySettings settings;
    private final FilterStep refusal;

    /// A filter called `name` in its chain; requests beyond the limit get `status`, 400 to 599.
    public AdaptiveConcurrencyFilter(String name, RuntimeFlag enabled, ConcurrencySettings settings, int status) {
        this.name = name;
        this.enabled = enabled;
        this.settings = settings;
        this.refusal = new FilterStep.Reply(
                LocalReply.of(status, "reached concurrency limit", ResponseFlag.NONE, "reached_concurrency_limit"));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var override = request.override(name);
        if (!enabled.isOn(request.runtime()) || FilterOverride.disables(override)) {
            return FilterStep.CONTINUE;
        }
        var controller = request.controllers().of(settings, request.statPrefix(), request.now());
        if (!controller.enters()) {
            heard(request, "beyond");
            return refusal;
        }
        heard(request, "within");
        long begun = request.now();
        request.atEnd((ended, _) -> leave(controller, begun, ended));
        return FilterStep.CONTINUE;
    }

    private static void leave(ConcurrencyController controller, long begun, FilterEnd.Ended ended) {
        if (ended.complete()) {
            controller.ended(begun, ended.now());
        } else {
            controller.cancelled();
        }
    }

    private void heard(FilterRequest request, String verdict) {
        if (request.trace().on()) {
            request.trace().decided(name, "concurrency limit", verdict);
        }
    }
}
