package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit;
import io.heddle.traffic.filter.BandwidthLimitFilter;
import io.heddle.traffic.filter.BandwidthLimitFilter.Counters;
import io.heddle.traffic.ratelimit.LocalLimits;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Reads how fast bodies may go.
final class BandwidthReader {
    private static final Duration USUAL_INTERVAL = Duration.ofMillis(50);
    private static final Duration SHORTEST = Duration.ofMillis(20);
    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final long MOST_KIBIBYTES = 1L << 40;
    private static final long KIBIBYTE = 1024;

    private static final Fields<BandwidthLimit> LIMIT = Fields.refusingOthers(BandwidthLimit.class)
            .reads(
                    "stat_prefix",
                    "enable_mode",
                    "enable_response_trailers",
                    "response_trailer_prefix",
                    "runtime_enabled")
            .limits("limit_kbps", "1 to 2⁴⁰")
            .limits("fill_interval", "20 ms to 1 s");

    /// What of bandwidth limits is read.
    static final List<Fields<?>> FIELDS = List.of(LIMIT);

    private BandwidthReader() {}

    /// Of a filter, which need not limit anything itself, or of a route.
    static BandwidthLimitFilter.Settings read(BandwidthLimit message, boolean ofRoute, Scope scope) {
        scope.check(message, LIMIT);
        if (message.getStatPrefix().isEmpty()) {
            scope.at("stat_prefix").error("is missing", "write a word that tells it from others");
        }
        boolean requests = false;
        boolean responses = false;
        switch (message.getEnableMode()) {
            case DISABLED -> {}
            case REQUEST -> requests = true;
            case RESPONSE -> responses = true;
            case REQUEST_AND_RESPONSE -> {
                requests = true;
                responses = true;
            }
            case UNRECOGNIZED -> scope.at("enable_mode").error("is not known", "write for example RESPONSE");
        }
        return new BandwidthLimitFilter.Settings(
                Values.flag(message.getRuntimeEnabled(), scope.at("runtime_enabled")),
                requests,
                responses,
                limits(message, ofRoute, scope),
                interval(message, scope.at("fill_interval")),
                message.getEnableResponseTrailers()
                        ? Optional.of(HeadTexts.value(
                                message.getResponseTrailerPrefix(), scope.at("response_trailer_prefix")))
                        : Optional.empty(),
                Counters.of("request", message.getStatPrefix()),
                Counters.of("response", message.getStatPrefix()));
    }

    private static Optional<LocalLimits> limits(BandwidthLimit message, boolean ofRoute, Scope scope) {
        var here = scope.at("limit_kbps");
        if (!message.hasLimitKbps()) {
            if (ofRoute) {
                here.error("is missing", "write for example 1024");
            }
            return Optional.empty();
        }
        long kibibytes = message.getLimitKbps().getValue();
        if (kibibytes < 1 || kibibytes > MOST_KIBIBYTES) {
            here.error("is out of range: " + Long.toUnsignedString(kibibytes), "write 1 to " + MOST_KIBIBYTES);
            return Optional.empty();
        }
        long bytes = kibibytes * KIBIBYTE;
        var rate = new LocalLimits.Rate(bytes, bytes, Duration.ofSeconds(1));
        return Optional.of(new LocalLimits(scope.object() + ": " + scope.path(), Optional.of(rate), List.of()));
    }

    private static Duration interval(BandwidthLimit message, Scope scope) {
        if (!message.hasFillInterval()) {
            return USUAL_INTERVAL;
        }
        var interval = Values.duration(message.getFillInterval(), USUAL_INTERVAL, scope);
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            scope.error("is out of range: " + interval.toMillis() + " ms", "write 0.02s to 1s");
            return USUAL_INTERVAL;
        }
        return interval;
    }
}
