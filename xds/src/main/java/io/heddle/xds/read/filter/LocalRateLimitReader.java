package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.TokenBucket;
import io.heddle.traffic.filter.LocalRateLimitFilter.Answer;
import io.heddle.traffic.filter.LocalRateLimitFilter.Counters;
import io.heddle.traffic.filter.LocalRateLimitFilter.Counting;
import io.heddle.traffic.filter.LocalRateLimitFilter.Settings;
import io.heddle.traffic.ratelimit.DescriptorEntry;
import io.heddle.traffic.ratelimit.LocalLimits;
import io.heddle.traffic.ratelimit.RateLimit.HostLimits;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeaderEditReader;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Reads local rate limits. What is not supported is an error: without it more would pass, or less, than
/// was meant.
final class LocalRateLimitReader {
    private static final Fields<LocalRateLimit> LIMIT = Fields.refusingOthers(LocalRateLimit.class)
            .reads("stat_prefix", "token_bucket", "filter_enabled", "filter_enforced", "descriptors", "stage")
            .reads("request_headers_to_add_when_not_enforced", "response_headers_to_add", "vh_rate_limits")
            .reads("enable_x_ratelimit_headers", "always_consume_default_token_bucket", "rate_limits")
            .reads("rate_limited_as_resource_exhausted")
            .limits("status", "a code below 400 counts as 429, as in Envoy")
            .limits("max_dynamic_descriptors", "1 to 100,000; 20 when not given");
    static final Fields<HttpStatus> STATUS =
            Fields.refusingOthers(HttpStatus.class).reads("code");
    private static final Fields<TokenBucket> BUCKET = Fields.refusingOthers(TokenBucket.class)
            .reads("max_tokens", "tokens_per_fill")
            .limits("fill_interval", "50 ms or more; tokens come evenly");
    private static final Fields<LocalRateLimitDescriptor> DESCRIPTOR =
            Fields.refusingOthers(LocalRateLimitDescriptor.class).reads("entries", "token_bucket");
    private static final Fields<RateLimitDescriptor.Entry> ENTRY =
            Fields.refusingOthers(RateLimitDescriptor.Entry.class).reads("key", "value");

    /// What of local rate limits is read.
    static final List<Fields<?>> FIELDS = List.of(LIMIT, STATUS, BUCKET, DESCRIPTOR, ENTRY);

    private static final Duration SHORTEST = Duration.ofMillis(50);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int MOST_DYNAMIC = 100_000;

    private LocalRateLimitReader() {}

    static Settings read(LocalRateLimit message, Scope scope) {
        scope.check(message, LIMIT);
        if (message.getStatPrefix().isEmpty()) {
            scope.at("stat_prefix").error("is missing", "write a text");
        }
        Optional<LocalLimits.Rate> everything = message.hasTokenBucket()
                ? Optional.of(rate(message.getTokenBucket(), scope.at("token_bucket")))
                : Optional.empty();
        return new Settings(
                new LocalLimits(
                        scope.object() + ": " + scope.path(),
                        everything,
                        descriptors(message, scope),
                        mostDynamic(message, scope.at("max_dynamic_descriptors"))),
                counting(message, scope),
                Values.share(message.getFilterEnabled(), scope.at("filter_enabled")),
                Values.share(message.getFilterEnforced(), scope.at("filter_enforced")),
                answer(message, scope),
                HeaderEditReader.options(
                        message.getRequestHeadersToAddWhenNotEnforcedList(),
                        scope,
                        "request_headers_to_add_when_not_enforced"),
                Counters.of(message.getStatPrefix()));
    }

    private static int mostDynamic(LocalRateLimit message, Scope scope) {
        if (!message.hasMaxDynamicDescriptors()) {
            return LocalLimits.MOST_DYNAMIC;
        }
        int most = message.getMaxDynamicDescriptors().getValue();
        if (most < 1 || most > MOST_DYNAMIC) {
            scope.error("is out of range: " + Integer.toUnsignedString(most), "write 1 to " + MOST_DYNAMIC);
            return LocalLimits.MOST_DYNAMIC;
        }
        return most;
    }

    private static LocalLimits.Rate rate(TokenBucket message, Scope scope) {
        scope.check(message, BUCKET);
        long most = Integer.toUnsignedLong(message.getMaxTokens());
        long added = message.hasTokensPerFill()
                ? Integer.toUnsignedLong(message.getTokensPerFill().getValue())
                : 1;
        var interval = Values.duration(message.getFillInterval(), SHORTEST, scope.at("fill_interval"));
        if (most == 0) {
            scope.at("max_tokens").error("is 0", "write 1 or more");
        }
        if (added == 0) {
            scope.at("tokens_per_fill").error("is 0", "write 1 or more");
        }
        if (interval.compareTo(SHORTEST) < 0) {
            scope.at("fill_interval").error("is shorter than 50 ms", "write 0.05s or more");
        }
        return new LocalLimits.Rate(Math.max(1, most), Math.max(1, added), interval);
    }

    private static List<LocalLimits.OfDescriptor> descriptors(LocalRateLimit message, Scope scope) {
        var descriptors = new ArrayList<LocalLimits.OfDescriptor>();
        var taken = new HashSet<List<DescriptorEntry>>();
        for (int i = 0; i < message.getDescriptorsCount(); i++) {
            var here = scope.at("descriptors", i);
            var found = descriptor(message.getDescriptors(i), here);
            if (!taken.add(found.entries())) {
                here.at("entries").error("stand twice", "remove one of the descriptors");
            }
            descriptors.add(found);
        }
        return descriptors;
    }

    private static LocalLimits.OfDescriptor descriptor(LocalRateLimitDescriptor message, Scope scope) {
        scope.check(message, DESCRIPTOR);
        var entries = new ArrayList<DescriptorEntry>();
        for (int i = 0; i < message.getEntriesCount(); i++) {
            var entry = message.getEntries(i);
            var here = scope.at("entries", i);
            here.check(entry, ENTRY);
            if (entry.getKey().isEmpty()) {
                here.at("key").error("is missing", "write a text");
            }
            entries.add(
                    new DescriptorEntry(MatcherReader.octets(entry.getKey()), MatcherReader.octets(entry.getValue())));
        }
        if (entries.isEmpty()) {
            scope.at("entries").error("is empty", "write at least one entry");
        }
        if (!message.hasTokenBucket()) {
            scope.at("token_bucket").error("is missing", "write a token bucket");
            return new LocalLimits.OfDescriptor(entries, new LocalLimits.Rate(1, 1, SHORTEST));
        }
        return new LocalLimits.OfDescriptor(entries, rate(message.getTokenBucket(), scope.at("token_bucket")));
    }

    private static Counting counting(LocalRateLimit message, Scope scope) {
        var host = switch (message.getVhRateLimits()) {
            case OVERRIDE -> HostLimits.OVERRIDE;
            case INCLUDE -> HostLimits.INCLUDE;
            case IGNORE -> HostLimits.IGNORE;
            case UNRECOGNIZED -> {
                scope.at("vh_rate_limits").error("is not known", "write OVERRIDE, INCLUDE or IGNORE");
                yield HostLimits.OVERRIDE;
            }
        };
        return new Counting(
                RateLimitReader.read(message.getRateLimitsList(), scope.at("rate_limits")),
                RateLimitReader.stage(message.getStage(), scope),
                host,
                !message.hasAlwaysConsumeDefaultTokenBucket()
                        || message.getAlwaysConsumeDefaultTokenBucket().getValue());
    }

    private static Answer answer(LocalRateLimit message, Scope scope) {
        scope.at("status").check(message.getStatus(), STATUS);
        int status = message.getStatus().getCodeValue();
        boolean tells = switch (message.getEnableXRatelimitHeaders()) {
            case OFF -> false;
            case DRAFT_VERSION_03 -> true;
            case UNRECOGNIZED -> {
                scope.at("enable_x_ratelimit_headers").error("is not known", "write OFF or DRAFT_VERSION_03");
                yield false;
            }
        };
        return new Answer(
                status < 400 || status > 599 ? TOO_MANY_REQUESTS : status,
                message.getRateLimitedAsResourceExhausted(),
                HeaderEditReader.options(message.getResponseHeadersToAddList(), scope, "response_headers_to_add"),
                tells);
    }
}
