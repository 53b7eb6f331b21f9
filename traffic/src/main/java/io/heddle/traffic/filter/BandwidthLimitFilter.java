package io.heddle.traffic.filter;

import io.heddle.traffic.body.ByteRate;
import io.heddle.traffic.body.TransferDelays;
import io.heddle.traffic.layer.RuntimeFlag;
import io.heddle.traffic.ratelimit.LocalLimits;
import io.heddle.traffic.ratelimit.TokenBucket;
import io.heddle.traffic.route.FilterOverride;
import java.time.Duration;
import java.util.Optional;

/// Lets bodies through no faster than a rate that all requests of its place share, as Envoy's
/// `envoy.filters.http.bandwidth_limit`.
public final class BandwidthLimitFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.bandwidth_limit";

    private final String name;
    private final Settings settings;

    /// A filter called `name` in its chain; `settings` hold where no route has others.
    public BandwidthLimitFilter(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
    }

    /// What is limited.
    ///
    /// @param enabled whether anything is
    /// @param requests whether bodies of requests are
    /// @param responses whether bodies of answers are
    /// @param limits a token for each byte; empty limits nothing
    /// @param interval how long a body that finds no tokens waits for some
    /// @param trailers the prefix of trailers that tell how long bodies took; empty tells nothing
    /// @param ofRequests what is counted of requests
    /// @param ofResponses what is counted of answers
    public record Settings(
            RuntimeFlag enabled,
            boolean requests,
            boolean responses,
            Optional<LocalLimits> limits,
            Duration interval,
            Optional<String> trailers,
            Counters ofRequests,
            Counters ofResponses)
            implements FilterOverride {}

    /// What is counted of one direction.
    ///
    /// @param enabled bodies under the limit
    /// @param enforced bodies that were held back
    /// @param bytes bytes that came, and bytes that went on
    public record Counters(FilterCounter enabled, FilterCounter enforced, BodyChange.Meter bytes) {
        private static final String LABEL = "envoy_http_bandwidth_limit_prefix";

        /// Those of `direction`, `request` or `response`, labelled with `prefix`.
        public static Counters of(String direction, String prefix) {
            var root = "envoy_http_bandwidth_limit_" + direction;
            return new Counters(
                    new FilterCounter(root + "_enabled", "Bodies under the limit.", LABEL, prefix),
                    new FilterCounter(root + "_enforced", "Bodies that were held back.", LABEL, prefix),
                    new BodyChange.Meter(
                            new FilterCounter(root + "_incoming_total_size", "Bytes that came.", LABEL, prefix),
                            new FilterCounter(root + "_allowed_total_size", "Bytes that went on.", LABEL, prefix)));
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean seesBodies() {
        return true;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var override = request.override(name);
        if (FilterOverride.disables(override)) {
            return FilterStep.CONTINUE;
        }
        var held = override.isPresent() && override.get() instanceof Settings other ? other : settings;
        if (held.limits().isPresent() && held.enabled().isOn(request.runtime())) {
            request.buckets(held.limits().get()).everything().ifPresent(bucket -> limit(held, bucket, request));
        }
        return FilterStep.CONTINUE;
    }

    private static void limit(Settings settings, TokenBucket bucket, FilterRequest request) {
        var rate = new ByteRate(bucket, settings.interval());
        var delays = settings.trailers().map(TransferDelays::new);
        if (settings.requests() && !request.bodiless()) {
            var counters = settings.ofRequests();
            request.count(counters.enabled());
            request.changeBody(new BodyChange.Limit(
                    rate, true, delays, Optional.of(counters.enforced()), Optional.of(counters.bytes())));
        }
        if (settings.responses()) {
            var counters = settings.ofResponses();
            request.onAnswer(answer -> {
                answer.count(counters.enabled());
                answer.changeBody(new BodyChange.Limit(
                        rate, false, delays, Optional.of(counters.enforced()), Optional.of(counters.bytes())));
            });
        }
    }
}
