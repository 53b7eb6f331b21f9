package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.config.route.v3.RateLimit.Action;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.DestinationCluster;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.GenericKey;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.HeaderValueMatch;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.QueryParameters;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.RemoteAddress;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.RequestHeaders;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action.SourceCluster;
import io.envoyproxy.envoy.config.route.v3.RateLimit.HitsAddend;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.ratelimit.DescriptorEntry;
import io.heddle.traffic.ratelimit.Hits;
import io.heddle.traffic.ratelimit.RateLimit;
import io.heddle.traffic.ratelimit.RateLimitAction;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.FormatReader;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.MetadataReader;
import io.heddle.xds.read.core.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads what requests are counted as. An action that is not supported is an error: without it requests
/// would be counted together that are not meant to be.
public final class RateLimitReader {
    private static final Fields<io.envoyproxy.envoy.config.route.v3.RateLimit> LIMIT = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.route.v3.RateLimit.class)
            .reads("stage", "actions", "hits_addend", "disable_key");
    private static final Fields<HitsAddend> HITS = Fields.refusingOthers(HitsAddend.class)
            .limits("number", "up to 1,000,000,000")
            .limits("format", "what is known of a request's head and metadata, and its route's metadata");
    private static final Fields<Action> ACTION = Fields.refusingOthers(Action.class)
            .reads(
                    "source_cluster",
                    "destination_cluster",
                    "request_headers",
                    "query_parameters",
                    "remote_address",
                    "generic_key")
            .reads("header_value_match", "masked_remote_address", "query_parameter_value_match")
            .reads("dynamic_metadata", "metadata");
    private static final Fields<SourceCluster> SOURCE = Fields.refusingOthers(SourceCluster.class);
    private static final Fields<DestinationCluster> CLUSTER = Fields.refusingOthers(DestinationCluster.class);
    private static final Fields<RemoteAddress> ADDRESS = Fields.refusingOthers(RemoteAddress.class);
    private static final Fields<MaskedRemoteAddress> MASKED =
            Fields.refusingOthers(MaskedRemoteAddress.class).reads("v4_prefix_mask_len", "v6_prefix_mask_len");
    private static final Fields<RequestHeaders> HEADER =
            Fields.refusingOthers(RequestHeaders.class).reads("header_name", "descriptor_key", "skip_if_absent");
    private static final Fields<QueryParameters> PARAMETER = Fields.refusingOthers(QueryParameters.class)
            .reads("query_parameter_name", "descriptor_key", "skip_if_absent");
    private static final Fields<GenericKey> KEY =
            Fields.refusingOthers(GenericKey.class).reads("descriptor_value", "descriptor_key");
    private static final Fields<HeaderValueMatch> HEADERS = Fields.refusingOthers(HeaderValueMatch.class)
            .reads("descriptor_key", "descriptor_value", "expect_match", "headers");
    private static final Fields<QueryParameterValueMatch> PARAMETERS = Fields.refusingOthers(
                    QueryParameterValueMatch.class)
            .reads("descriptor_key", "descriptor_value", "expect_match", "query_parameters");

    private static final Fields<Action.DynamicMetaData> DYNAMIC = Fields.refusingOthers(Action.DynamicMetaData.class)
            .reads("descriptor_key", "metadata_key", "default_value");
    private static final Fields<Action.MetaData> METADATA = Fields.refusingOthers(Action.MetaData.class)
            .reads("descriptor_key", "metadata_key", "default_value", "skip_if_absent")
            .limits("source", "`DYNAMIC` and `ROUTE_ENTRY`");

    /// What of rate limits of routes is read.
    static final List<Fields<?>> FIELDS = List.of(
            LIMIT,
            HITS,
            ACTION,
            SOURCE,
            CLUSTER,
            ADDRESS,
            MASKED,
            HEADER,
            PARAMETER,
            KEY,
            HEADERS,
            PARAMETERS,
            DYNAMIC,
            METADATA);

    private static final int LAST_STAGE = 10;

    private RateLimitReader() {}

    /// The limits in their order.
    public static List<RateLimit> read(List<io.envoyproxy.envoy.config.route.v3.RateLimit> messages, Scope scope) {
        var limits = new ArrayList<RateLimit>();
        for (int i = 0; i < messages.size(); i++) {
            limits.add(limit(messages.get(i), scope.at(i)));
        }
        return limits;
    }

    private static RateLimit limit(io.envoyproxy.envoy.config.route.v3.RateLimit message, Scope scope) {
        scope.check(message, LIMIT);
        var actions = new ArrayList<RateLimitAction>();
        for (int i = 0; i < message.getActionsCount(); i++) {
            action(message.getActions(i), scope.at("actions", i)).ifPresent(actions::add);
        }
        if (message.getActionsCount() == 0) {
            scope.at("actions").error("is empty", "write at least one action");
        }
        return new RateLimit(
                stage(message.getStage().getValue(), scope), actions, hits(message, scope), enabled(message));
    }

    private static RuntimeShare enabled(io.envoyproxy.envoy.config.route.v3.RateLimit message) {
        var key = message.getDisableKey();
        return key.isEmpty()
                ? RuntimeShare.ALL
                : RuntimeShare.ALL.overriddenBy(RuntimeKey.of("ratelimit." + key + ".http_filter_enabled"));
    }

    private static Hits hits(io.envoyproxy.envoy.config.route.v3.RateLimit message, Scope scope) {
        var said = message.getHitsAddend();
        var here = scope.at("hits_addend");
        here.check(said, HITS);
        if (said.hasNumber() && !said.getFormat().isEmpty()) {
            here.at("format").error("stands beside number", "remove one of them");
        }
        if (!said.getFormat().isEmpty()) {
            return formatted(said.getFormat(), here.at("format"));
        }
        if (!said.hasNumber()) {
            return new Hits.Standard();
        }
        long number = said.getNumber().getValue();
        if (number < 0 || number > Hits.MOST) {
            here.at("number").error("is too large: " + Long.toUnsignedString(number), "write 0 to " + Hits.MOST);
        }
        return new Hits.Fixed(number);
    }

    private static Hits formatted(String text, Scope scope) {
        var format = FormatReader.read(MatcherReader.octets(text), scope);
        if (format.isPresent() && !format.get().isOperator()) {
            scope.error("is not one command operator: " + text, "write for example %REQ(x-tokens)%");
        }
        return format.<Hits>map(Hits.Formatted::new).orElseGet(Hits.Standard::new);
    }

    /// A stage, 0 to 10.
    static int stage(int stage, Scope scope) {
        if (stage < 0 || stage > LAST_STAGE) {
            scope.at("stage").error("is no stage: " + Integer.toUnsignedString(stage), "write 0 to 10");
            return 0;
        }
        return stage;
    }

    @SuppressWarnings("deprecation") // `dynamic_metadata` came before `metadata` and is still written
    private static Optional<RateLimitAction> action(Action message, Scope scope) {
        scope.check(message, ACTION);
        return switch (message.getActionSpecifierCase()) {
            case SOURCE_CLUSTER -> {
                scope.at("source_cluster").check(message.getSourceCluster(), SOURCE);
                yield Optional.of(new RateLimitAction.SourceCluster());
            }
            case DESTINATION_CLUSTER -> {
                scope.at("destination_cluster").check(message.getDestinationCluster(), CLUSTER);
                yield Optional.of(new RateLimitAction.DestinationCluster());
            }
            case REMOTE_ADDRESS -> {
                scope.at("remote_address").check(message.getRemoteAddress(), ADDRESS);
                yield Optional.of(new RateLimitAction.RemoteAddress());
            }
            case MASKED_REMOTE_ADDRESS ->
                Optional.of(masked(message.getMaskedRemoteAddress(), scope.at("masked_remote_address")));
            case REQUEST_HEADERS -> header(message.getRequestHeaders(), scope.at("request_headers"));
            case QUERY_PARAMETERS -> Optional.of(parameter(message.getQueryParameters(), scope.at("query_parameters")));
            case GENERIC_KEY -> {
                var key = message.getGenericKey();
                scope.at("generic_key").check(key, KEY);
                yield Optional.of(new RateLimitAction.GenericKey(entry(
                        key.getDescriptorKey(), "generic_key", key.getDescriptorValue(), scope.at("generic_key"))));
            }
            case HEADER_VALUE_MATCH ->
                Optional.of(headers(message.getHeaderValueMatch(), scope.at("header_value_match")));
            case QUERY_PARAMETER_VALUE_MATCH ->
                Optional.of(parameters(message.getQueryParameterValueMatch(), scope.at("query_parameter_value_match")));
            case DYNAMIC_METADATA -> {
                var found = message.getDynamicMetadata();
                var here = scope.at("dynamic_metadata");
                here.check(found, DYNAMIC);
                var place = MetadataReader.place(found.getMetadataKey(), here.at("metadata_key"));
                yield Optional.of(new RateLimitAction.Metadata(
                        false,
                        place.namespace(),
                        place.path(),
                        key(found.getDescriptorKey(), here),
                        found.getDefaultValue(),
                        false));
            }
            case METADATA -> Optional.of(metadata(message.getMetadata(), scope.at("metadata")));
            case EXTENSION -> Optional.empty(); // refused above
            case ACTIONSPECIFIER_NOT_SET -> {
                scope.error("has no action", "set generic_key for example");
                yield Optional.empty();
            }
        };
    }

    private static RateLimitAction metadata(Action.MetaData message, Scope scope) {
        scope.check(message, METADATA);
        boolean ofRoute = switch (message.getSource()) {
            case DYNAMIC -> false;
            case ROUTE_ENTRY -> true;
            case UNRECOGNIZED -> {
                scope.at("source").error("is not known", "write DYNAMIC or ROUTE_ENTRY");
                yield false;
            }
        };
        var place = MetadataReader.place(message.getMetadataKey(), scope.at("metadata_key"));
        return new RateLimitAction.Metadata(
                ofRoute,
                place.namespace(),
                place.path(),
                key(message.getDescriptorKey(), scope),
                message.getDefaultValue(),
                message.getSkipIfAbsent());
    }

    private static RateLimitAction masked(MaskedRemoteAddress message, Scope scope) {
        scope.check(message, MASKED);
        return new RateLimitAction.MaskedRemoteAddress(
                bits(
                        message.hasV4PrefixMaskLen(),
                        message.getV4PrefixMaskLen().getValue(),
                        32,
                        scope.at("v4_prefix_mask_len")),
                bits(
                        message.hasV6PrefixMaskLen(),
                        message.getV6PrefixMaskLen().getValue(),
                        128,
                        scope.at("v6_prefix_mask_len")));
    }

    private static int bits(boolean given, int bits, int most, Scope scope) {
        if (given && (bits < 0 || bits > most)) {
            scope.error("is no prefix length: " + Integer.toUnsignedString(bits), "write 0 to " + most);
            return most;
        }
        return given ? bits : most;
    }

    private static Optional<RateLimitAction> header(RequestHeaders message, Scope scope) {
        scope.check(message, HEADER);
        var key = key(message.getDescriptorKey(), scope);
        return HeadTexts.headerName(message.getHeaderName(), scope.at("header_name"))
                .map(name -> new RateLimitAction.RequestHeader(name, key, message.getSkipIfAbsent()));
    }

    private static RateLimitAction parameter(QueryParameters message, Scope scope) {
        scope.check(message, PARAMETER);
        if (message.getQueryParameterName().isEmpty()) {
            scope.at("query_parameter_name").error("is missing", "name the parameter");
        }
        return new RateLimitAction.QueryParameter(
                MatcherReader.octets(message.getQueryParameterName()),
                key(message.getDescriptorKey(), scope),
                message.getSkipIfAbsent());
    }

    private static RateLimitAction headers(HeaderValueMatch message, Scope scope) {
        scope.check(message, HEADERS);
        if (message.getHeadersCount() == 0) {
            scope.at("headers").error("is empty", "write at least one header");
        }
        return new RateLimitAction.HeaderMatch(
                entry(message.getDescriptorKey(), "header_match", message.getDescriptorValue(), scope),
                !message.hasExpectMatch() || message.getExpectMatch().getValue(),
                MatcherReader.headers(message.getHeadersList(), scope, "headers"));
    }

    private static RateLimitAction parameters(QueryParameterValueMatch message, Scope scope) {
        scope.check(message, PARAMETERS);
        if (message.getQueryParametersCount() == 0) {
            scope.at("query_parameters").error("is empty", "write at least one parameter");
        }
        return new RateLimitAction.QueryMatch(
                entry(message.getDescriptorKey(), "query_match", message.getDescriptorValue(), scope),
                !message.hasExpectMatch() || message.getExpectMatch().getValue(),
                MatcherReader.queries(message.getQueryParametersList(), scope, "query_parameters"));
    }

    private static DescriptorEntry entry(String key, String standard, String value, Scope scope) {
        if (value.isEmpty()) {
            scope.at("descriptor_value").error("is missing", "write a text");
        }
        return new DescriptorEntry(MatcherReader.octets(key.isEmpty() ? standard : key), MatcherReader.octets(value));
    }

    private static String key(String key, Scope scope) {
        if (key.isEmpty()) {
            scope.at("descriptor_key").error("is missing", "write a text");
        }
        return MatcherReader.octets(key);
    }
}
