package io.heddle.traffic.filter;

import io.heddle.traffic.body.ByteRate;
import io.heddle.traffic.ratelimit.LocalLimits;
import io.heddle.traffic.ratelimit.TokenBucket;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.route.FilterOverride;
import java.time.Duration;
import java.util.Optional;

/// Delays and aborts requests and slows answers on purpose, as Envoy's `envoy.filters.http.fault`: the delay
/// first, then the abort, each for its share of requests, drawn independently.
public final class FaultFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.fault";

    private static final int ALL = 1_000_000;
    private static final int OK = 200;
    private static final long DELAY_SALT = 0x9E3779B97F4A7C15L;
    private static final long ABORT_SALT = 0xC2B2AE3D27D4EB4FL;
    private static final long SLOWING_SALT = 0x165667B19E3779F9L;
    private static final long KIBIBYTE = 1024;
    /// A bucket holds what this share of a second brings, as in Envoy: answers are slow from the beginning.
    private static final long BURSTS_PER_SECOND = 16;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final String BODY = "fault filter abort";
    private static final String DETAILS = "fault_filter_abort";

    private static final FilterCounter DELAYS =
            FilterCounter.ofManager("envoy_http_fault_delays_injected", "Requests that were delayed on purpose.");
    private static final FilterCounter ABORTS =
            FilterCounter.ofManager("envoy_http_fault_aborts_injected", "Requests that were aborted on purpose.");
    private static final FilterCounter SLOWED = FilterCounter.ofManager(
            "envoy_http_fault_response_rl_injected", "Requests whose answer was slowed on purpose.");
    private static final FilterCounter OVERFLOW = FilterCounter.ofManager(
            "envoy_http_fault_faults_overflow", "Faults that were not injected, as there were too many at a time.");
    private static final FilterCounter ACTIVE =
            FilterCounter.ofManager("envoy_http_fault_active_faults", "Requests with a fault that are under way.");

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
        var found = settings(request);
        if (!found.victims().hold(request)) {
            return FilterStep.CONTINUE;
        }
        found.slowing().ifPresent(slowing -> slow(slowing, found, request));
        if (found.delay().isPresent()) {
            var delay = found.delay().get();
            var duration = delay.of(request);
            if (duration.isPresent()
                    && falls(request.chance(), DELAY_SALT, delay.millionths(request))
                    && begins(found, request)) {
                request.count(DELAYS);
                request.flag(ResponseFlag.DELAY_INJECTED);
                heard(request, "delay", duration.get());
                return new FilterStep.Ask(new FilterStep.Question.Pause(duration.get()));
            }
        }
        return abort(found, request);
    }

    @Override
    public FilterStep onAnswer(FilterRequest request, FilterStep.Answer answer) {
        return switch (answer) {
            case FilterStep.Answer.Paused(),
                    FilterStep.Answer.ClusterSought(),
                    FilterStep.Answer.Body _,
                    FilterStep.Answer.Outside _ -> abort(settings(request), request);
        };
    }

    /// Has the answer's body go no faster, by a bucket of its own.
    private void slow(FaultSettings.Slowing slowing, FaultSettings found, FilterRequest request) {
        var rate = slowing.of(request.head());
        if (rate.isEmpty()
                || !falls(request.chance(), SLOWING_SALT, slowing.millionths(request))
                || !begins(found, request)) {
            return;
        }
        request.count(SLOWED);
        heard(request, "response rate limit", rate.getAsLong() + " KiB/s");
        long bytes = rate.getAsLong() * KIBIBYTE;
        var bucket = new TokenBucket(new LocalLimits.Rate(bytes / BURSTS_PER_SECOND, bytes, SECOND));
        var change = new BodyChange.Limit(
                new ByteRate(bucket, LOOK), false, Optional.empty(), Optional.empty(), Optional.empty());
        request.onAnswer(answer -> answer.changeBody(change));
    }

    private FilterStep abort(FaultSettings found, FilterRequest request) {
        if (found.abort().isEmpty()) {
            return FilterStep.CONTINUE;
        }
        var abort = found.abort().get();
        var answer = abort.answer().of(request.head());
        if (answer.isEmpty()
                || !falls(request.chance(), ABORT_SALT, abort.millionths(request))
                || !begins(found, request)) {
            return FilterStep.CONTINUE;
        }
        request.count(ABORTS);
        return new FilterStep.Reply(
                switch (answer.get()) {
                    case FaultSettings.Answer.Http http -> {
                        int status = http.status(request.runtime());
                        heard(request, "abort", "HTTP status " + status);
                        yield LocalReply.of(status, BODY, ResponseFlag.FAULT_INJECTED, DETAILS);
                    }
                    case FaultSettings.Answer.Grpc grpc -> {
                        int status = grpc.status(request.runtime());
                        heard(request, "abort", "gRPC status " + status);
                        yield LocalReply.of(OK, BODY, ResponseFlag.FAULT_INJECTED, DETAILS)
                                .withGrpcStatus(status);
                    }
                    case FaultSettings.Answer.AsRequested() ->
                        throw new IllegalStateException("what a request asks for is read by now");
                });
    }

    /// Whether the request may have a fault, which counts as one until the request has ended.
    private static boolean begins(FaultSettings found, FilterRequest request) {
        if (!request.enter(ACTIVE, found.mostActive().value(request.runtime()))) {
            request.count(OVERFLOW);
            return false;
        }
        if (!found.metadata().values().isEmpty() && !request.state().has(NAME)) {
            request.state().merge(NAME, found.metadata());
        }
        return true;
    }

    private FaultSettings settings(FilterRequest request) {
        var override = request.override(name);
        if (FilterOverride.disables(override)) {
            return FaultSettings.NONE;
        }
        return override.isPresent() && override.get() instanceof FaultSettings other ? other : settings;
    }

    private void heard(FilterRequest request, String fault, Object value) {
        if (request.trace().on()) {
            request.trace().decided(name, fault, value.toString());
        }
    }

    /// Whether this request is one of `millionths`. The salt keeps the two draws independent even where a
    /// request has but one number.
    private static boolean falls(long chance, long salt, int millionths) {
        long mixed = (chance ^ salt) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 32)) * 0xC4CEB9FE1A85EC53L;
        return Math.unsignedMultiplyHigh(mixed ^ (mixed >>> 29), ALL) < millionths;
    }
}
