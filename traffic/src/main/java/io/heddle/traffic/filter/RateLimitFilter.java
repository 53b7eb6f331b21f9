package io.heddle.traffic.filter;

import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.outside.GrpcService;
import io.heddle.traffic.outside.OutsideAnswer;
import io.heddle.traffic.outside.OutsideCall;
import io.heddle.traffic.ratelimit.Descriptor;
import io.heddle.traffic.ratelimit.RateLimit;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.route.FilterOverride;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Limits requests by what a service outside counts for many proxies together, as Envoy's
/// `envoy.filters.http.ratelimit`. A request that is counted as something waits for the service's answer;
/// one beyond a limit is answered here with flag `RL`. Where the service says nothing the settings decide.
public final class RateLimitFilter implements HttpFilter {
    /// Envoy's name of the filter, and the namespace of what the service has known of a request.
    public static final String NAME = "envoy.filters.http.ratelimit";

    /// The filter state that says how many requests one counts as.
    static final String HITS = "envoy.ratelimit.hits_addend";

    private static final HeaderName LIMIT = HeaderName.of("x-ratelimit-limit");
    private static final HeaderName REMAINING = HeaderName.of("x-ratelimit-remaining");
    private static final HeaderName RESET = HeaderName.of("x-ratelimit-reset");
    private static final HeaderEdit LIMITED =
            new HeaderEdit(HeaderEdit.Action.SET, HeaderName.of("x-envoy-ratelimited"), "true");
    private static final int RESOURCE_EXHAUSTED = 8;
    private static final int DIGITS = 10;

    private final String name;
    private final Settings settings;

    /// A filter called `name` in its chain.
    public RateLimitFilter(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
    }

    /// Who is asked about what, and what becomes of requests.
    ///
    /// @param service who is asked
    /// @param timeout how long an answer may take; zero for no limit
    /// @param domain whose limits hold where the route does not say
    /// @param counting what a request is counted as
    /// @param modes how many requests
    /// @param answer what those get that are refused
    /// @param statPrefix stands before the last part of the figures' names; may be empty
    public record Settings(
            GrpcService service,
            Duration timeout,
            String domain,
            Counting counting,
            Modes modes,
            Answer answer,
            String statPrefix) {}

    /// What a request is counted as.
    ///
    /// @param own limits of the filter, instead of those of route and virtual host; empty for those
    /// @param stage which limits of route and virtual host
    /// @param from which requests are counted at all, by where they come from
    public record Counting(List<RateLimit> own, int stage, Origin from) {
        public Counting {
            own = List.copyOf(own);
        }
    }

    /// Where requests come from (`request_type`).
    public enum Origin {
        /// Private and loopback addresses only (RFC 1918, RFC 4193), those in `x-forwarded-for` among them.
        INTERNAL,
        /// Anywhere else.
        EXTERNAL,
        /// Anywhere.
        BOTH
    }

    /// Shares of requests.
    ///
    /// @param enabled for which the service is asked
    /// @param enforced of those beyond a limit, which are refused
    /// @param denied of those about which the service says nothing, which are refused
    public record Modes(RuntimeShare enabled, RuntimeShare enforced, RuntimeShare denied) {}

    /// What a request gets that is refused.
    ///
    /// @param status of one beyond a limit, 400 to 599
    /// @param failed of one about which the service says nothing
    /// @param exhausted whether clients of gRPC get `RESOURCE_EXHAUSTED` for being beyond a limit
    /// @param marks whether an answer says `x-envoy-ratelimited`
    /// @param changes changes to the head of an answer to one beyond a limit
    /// @param tells whether every answer says in `x-ratelimit-limit`, `-remaining` and `-reset` what is
    ///     left
    public record Answer(
            int status, int failed, boolean exhausted, boolean marks, List<HeaderChange> changes, boolean tells) {
        public Answer {
            changes = List.copyOf(changes);
        }
    }

    /// What a route has otherwise (`RateLimitPerRoute`).
    ///
    /// @param host when limits of the virtual host hold
    /// @param domain whose limits hold; empty for the filter's
    /// @param own limits instead of those of the filter, the route and the virtual host; empty for those
    public record PerRoute(RateLimit.HostLimits host, String domain, List<RateLimit> own) implements FilterOverride {
        static final PerRoute NONE = new PerRoute(RateLimit.HostLimits.OVERRIDE, "", List.of());

        public PerRoute {
            own = List.copyOf(own);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var found = ofRoute(request);
        boolean asks = found.isPresent()
                && !request.cluster().isEmpty()
                && Shares.among(settings.modes().enabled(), request)
                && isFromThere(request);
        return asks ? ask(found.get(), request) : FilterStep.CONTINUE;
    }

    private Optional<PerRoute> ofRoute(FilterRequest request) {
        return FilterOverride.settings(request.override(name), PerRoute.class, PerRoute.NONE);
    }

    private boolean isFromThere(FilterRequest request) {
        return switch (settings.counting().from()) {
            case BOTH -> true;
            case INTERNAL -> request.internal();
            case EXTERNAL -> !request.internal();
        };
    }

    private FilterStep ask(PerRoute found, FilterRequest request) {
        var counting = settings.counting();
        var own = found.own().isEmpty() ? counting.own() : found.own();
        var descriptors = Descriptors.of(own, counting.stage(), found.host(), request);
        if (descriptors.isEmpty()) {
            return FilterStep.CONTINUE;
        }
        var domain = found.domain().isEmpty() ? settings.domain() : found.domain();
        return new FilterStep.Ask(new FilterStep.Question.Outside(call(domain, descriptors, request)));
    }

    private OutsideCall call(String domain, List<Descriptor> descriptors, FilterRequest request) {
        return new OutsideCall.RateLimit(settings.service(), settings.timeout(), domain, descriptors, hits(request));
    }

    private static OptionalLong hits(FilterRequest request) {
        var said = request.state().kept(HITS);
        if (said.isEmpty()) {
            return OptionalLong.empty();
        }
        var digits = said.get().plain();
        boolean number =
                !digits.isEmpty() && digits.length() <= DIGITS && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        long hits = number ? Long.parseLong(digits) : 0;
        return hits >= 1 && hits <= 0xFFFFFFFFL ? OptionalLong.of(hits) : OptionalLong.empty();
    }

    @Override
    public FilterStep onAnswer(FilterRequest request, FilterStep.Answer answer) {
        return switch (answer) {
            case FilterStep.Answer.Outside(OutsideAnswer.RateLimit said) -> heed(said, request);
            case FilterStep.Answer.Outside(OutsideAnswer.Failed(String reason)) -> doWithout(reason, request);
            case FilterStep.Answer.Paused _, FilterStep.Answer.ClusterSought _, FilterStep.Answer.Body _ ->
                throw new IllegalStateException("not asked for: " + answer);
        };
    }

    private FilterStep heed(OutsideAnswer.RateLimit said, FilterRequest request) {
        if (!said.metadata().values().isEmpty() && !request.state().merge(NAME, said.metadata())) {
            return doWithout("the answer has more metadata than a request may", request);
        }
        count(said.over() ? "over_limit" : "ok", request);
        heard(request, said.over() ? "beyond" : "within");
        if (settings.answer().tells() && !said.limits().isEmpty()) {
            tell(said.limits(), request);
        }
        request.responseEdits().addAll(said.responseEdits());
        boolean refused = said.over() && Shares.among(settings.modes().enforced(), request);
        if (!refused) {
            request.requestEdits().addAll(said.requestEdits());
            return FilterStep.CONTINUE;
        }
        var answer = settings.answer();
        if (answer.marks()) {
            request.responseEdits().add(LIMITED);
        }
        request.changeResponse(answer.changes());
        var reply = LocalReply.of(answer.status(), said.body(), ResponseFlag.RATE_LIMITED, "request_rate_limited");
        return new FilterStep.Reply(answer.exhausted() ? reply.withGrpcStatus(RESOURCE_EXHAUSTED) : reply);
    }

    private FilterStep doWithout(String reason, FilterRequest request) {
        count("error", request);
        heard(request, "not known: " + reason);
        if (!Shares.among(settings.modes().denied(), request)) {
            count("failure_mode_allowed", request);
            return FilterStep.CONTINUE;
        }
        return new FilterStep.Reply(LocalReply.of(
                settings.answer().failed(), "", ResponseFlag.RATE_LIMIT_SERVICE_ERROR, "rate_limiter_error"));
    }

    /// As `draft-polli-ratelimit-headers-03`: of the limit with the fewest requests left, and all windows.
    private static void tell(List<OutsideAnswer.Limit> limits, FilterRequest request) {
        var tightest = limits.getFirst();
        var policy = new StringBuilder();
        for (var limit : limits) {
            if (limit.remaining() < tightest.remaining()) {
                tightest = limit;
            }
            if (limit.window() > 0) {
                policy.append(", ").append(limit.requests()).append(";w=").append(limit.window());
                if (!limit.name().isEmpty()) {
                    policy.append(";name=\"").append(limit.name()).append('"');
                }
            }
        }
        set(LIMIT, tightest.requests() + policy.toString(), request);
        set(REMAINING, Long.toString(tightest.remaining()), request);
        set(RESET, Long.toString(tightest.reset()), request);
    }

    private static void set(HeaderName header, String value, FilterRequest request) {
        request.responseEdits().add(new HeaderEdit(HeaderEdit.Action.SET, header, value));
    }

    private void count(String what, FilterRequest request) {
        var prefix = settings.statPrefix().isEmpty() ? "" : settings.statPrefix() + "_";
        request.count(new FilterCounter(
                "envoy_cluster_ratelimit_" + prefix + what,
                "Requests that a rate limit service was asked about, by what it said.",
                "envoy_cluster_name",
                request.cluster()));
    }

    private void heard(FilterRequest request, String what) {
        if (request.trace().on()) {
            request.trace().decided(name, "limit", what);
        }
    }
}
