package io.heddle.traffic.filter;

import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.route.FilterOverride;

/// Delays and aborts requests on purpose, as Envoy's `envoy.filters.http.fault`: the delay first, then the abort, each
/// for its share of requests, drawn independently.
public final class FaultFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.fault";

    private static final int ALL = 1_000_000;
    private static final long DELAY_SALT = 0x9E3779B97F4A7C15L;
    private static final long ABORT_SALT = 0xC2B2AE3D27D4EB4FL;

    private final String name;
    private final FaultSettings settings;

    /// A filter called `name` in its chain; `settings` hold where no route overrides them.
    public FaultFilter(String name, FaultSettings settings) {
        this.name = name;
        this.settings = settings;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var delay = settings(request).delay();
        if (delay.isPresent() && falls(request.chance(), DELAY_SALT, delay.get().millionths())) {
            request.flag(ResponseFlag.DELAY_INJECTED);
            heard(request, "delay", delay.get().duration());
            return new FilterStep.Ask(new FilterStep.Question.Pause(delay.get().duration()));
        }
        return abort(request);
    }

    @Override
    public FilterStep onAnswer(FilterRequest request, FilterStep.Answer answer) {
        return switch (answer) {
            case FilterStep.Answer.Paused(), FilterStep.Answer.ClusterSought(), FilterStep.Answer.Body _ ->
                abort(request);
        };
    }

    private FilterStep abort(FilterRequest request) {
        var abort = settings(request).abort();
        if (abort.isEmpty() || !falls(request.chance(), ABORT_SALT, abort.get().millionths())) {
            return FilterStep.CONTINUE;
        }
        heard(request, "abort", abort.get().status());
        return new FilterStep.Reply(LocalReply.of(
                abort.get().status(), "fault filter abort", ResponseFlag.FAULT_INJECTED, "fault_filter_abort"));
    }

    private FaultSettings settings(FilterRequest request) {
        var override = request.override(name);
        if (override.isEmpty()) {
            return settings;
        }
        if (override.get() instanceof FilterOverride.Disabled) {
            return FaultSettings.NONE;
        }
        return override.get() instanceof FaultSettings other ? other : settings;
    }

    private void heard(FilterRequest request, String fault, Object value) {
        if (request.trace().on()) {
            request.trace().decided(name, fault, value.toString());
        }
    }

    /// Whether this request is one of `millionths`. The salt keeps the two draws independent even where a request has
    /// but one number.
    private static boolean falls(long chance, long salt, int millionths) {
        long mixed = (chance ^ salt) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 32)) * 0xC4CEB9FE1A85EC53L;
        return Math.unsignedMultiplyHigh(mixed ^ (mixed >>> 29), ALL) < millionths;
    }
}
