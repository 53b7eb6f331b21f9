package io.heddle.traffic.filter;

import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.ratelimit.Descriptor;
import io.heddle.traffic.ratelimit.LocalLimits;
import io.heddle.traffic.ratelimit.RateLimit;
import io.heddle.traffic.ratelimit.TokenBucket;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.route.FilterOverride;
import java.util.List;
import java.util.Optional;

/// Limits requests by token buckets of this proxy alone, as Envoy's `envoy.filters.http.local_ratelimit`. A
/// request beyond them is answered here with flag `RL`, or, where the limit is not enforced, goes on and is
/// counted.
public final class LocalRateLimitFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.local_ratelimit";

    private static final HeaderName LIMIT = HeaderName.of("x-ratelimit-limit");
    private static final HeaderName REMAINING = HeaderName.of("x-ratelimit-remaining");
    private static final HeaderName RESET = HeaderName.of("x-ratelimit-reset");
    private static final int UNAVAILABLE = 14;
    private static final int RESOURCE_EXHAUSTED = 8;

    private final String name;
    private final Settings settings;

    /// A filter called `name` in its chain; `settings` hold where no route overrides them.
    public LocalRateLimitFilter(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
    }

    /// What is limited, and what becomes of what is beyond.
    ///
    /// @param limits how much may pass
    /// @param counting what a request is counted as
    /// @param enabled the share of requests that is counted
    /// @param enforced the share of requests beyond a limit that is refused
    /// @param answer what they get
    /// @param notEnforced changes to the heads of those that go on all the same
    /// @param counters what is counted of them
    public record Settings(
            LocalLimits limits,
            Counting counting,
            RuntimeShare enabled,
            RuntimeShare enforced,
            Answer answer,
            List<HeaderChange> notEnforced,
            Counters counters)
            implements FilterOverride {
        public Settings {
            notEnforced = List.copyOf(notEnforced);
        }
    }

    /// What a request is counted as.
    ///
    /// @param own limits of the filter, instead of those of route and virtual host; empty for those
    /// @param stage which limits of route and virtual host
    /// @param host which of them hold
    /// @param alwaysAll whether a request that has a bucket by its descriptor is counted among all
    ///     requests, too
    public record Counting(List<RateLimit> own, int stage, RateLimit.HostLimits host, boolean alwaysAll) {
        public Counting {
            own = List.copyOf(own);
        }
    }

    /// What a request gets that is refused.
    ///
    /// @param status 400 to 599
    /// @param exhausted whether clients of gRPC get `RESOURCE_EXHAUSTED` instead of `UNAVAILABLE`
    /// @param changes changes to the answer's head
    /// @param tells whether every answer says in `x-ratelimit-limit`, `-remaining` and `-reset` what is
    ///     left
    public record Answer(int status, boolean exhausted, List<HeaderChange> changes, boolean tells) {
        public Answer {
            changes = List.copyOf(changes);
        }
    }

    /// What is counted.
    ///
    /// @param enabled requests that were counted
    /// @param ok those that had a token
    /// @param limited those that had none
    /// @param enforced those that were refused
    public record Counters(FilterCounter enabled, FilterCounter ok, FilterCounter limited, FilterCounter enforced) {
        /// Those under `prefix`.
        public static Counters of(String prefix) {
            return new Counters(
                    counter(prefix, "enabled", "Requests that a local rate limit was asked about."),
                    counter(prefix, "ok", "Requests within a local rate limit."),
                    counter(prefix, "rate_limited", "Requests beyond a local rate limit."),
                    counter(prefix, "enforced", "Requests that a local rate limit refused."));
        }

        private static FilterCounter counter(String prefix, String what, String help) {
            return new FilterCounter(
                    "envoy_http_local_rate_limit_" + what, help, "envoy_local_http_ratelimit_prefix", prefix);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var found = settings(request);
        if (found.isEmpty() || !Shares.among(found.get().enabled(), request)) {
            return FilterStep.CONTINUE;
        }
        return limit(found.get(), request);
    }

    private Optional<Settings> settings(FilterRequest request) {
        return FilterOverride.settings(request.override(name), Settings.class, settings);
    }

    private FilterStep limit(Settings found, FilterRequest request) {
        request.count(found.counters().enabled());
        var taken = request.buckets(found.limits())
                .take(descriptors(found, request), found.counting().alwaysAll(), request.now());
        if (found.answer().tells() && taken.tightest().isPresent()) {
            tell(taken.tightest().get(), request);
        }
        heard(request, taken.allowed());
        if (taken.allowed()) {
            request.count(found.counters().ok());
            return FilterStep.CONTINUE;
        }
        request.count(found.counters().limited());
        if (!Shares.among(found.enforced(), request)) {
            request.changeRequest(found.notEnforced());
            return FilterStep.CONTINUE;
        }
        request.count(found.counters().enforced());
        request.changeResponse(found.answer().changes());
        return new FilterStep.Reply(LocalReply.of(
                        found.answer().status(), "local_rate_limited", ResponseFlag.RATE_LIMITED, "local_rate_limited")
                .withGrpcStatus(found.answer().exhausted() ? RESOURCE_EXHAUSTED : UNAVAILABLE));
    }

    private static List<Descriptor> descriptors(Settings settings, FilterRequest request) {
        var counting = settings.counting();
        return settings.limits().descriptors().isEmpty()
                ? List.of()
                : Descriptors.of(counting.own(), counting.stage(), counting.host(), request);
    }

    private static void tell(TokenBucket bucket, FilterRequest request) {
        long now = request.now();
        var edits = request.responseEdits();
        edits.add(new HeaderEdit(HeaderEdit.Action.SET, LIMIT, Long.toString(bucket.most())));
        edits.add(new HeaderEdit(HeaderEdit.Action.SET, REMAINING, Long.toString(bucket.left(now))));
        edits.add(new HeaderEdit(HeaderEdit.Action.SET, RESET, Long.toString(bucket.secondsToNext(now))));
    }

    private void heard(FilterRequest request, boolean allowed) {
        if (request.trace().on()) {
            request.trace().decided(name, "limit", allowed ? "within" : "beyond");
        }
    }
}
