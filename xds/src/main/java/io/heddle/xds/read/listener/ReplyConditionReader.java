package io.heddle.xds.read.listener;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.AndFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.DurationFilter;
import io.envoyproxy.envoy.config.accesslog.v3.GrpcStatusFilter;
import io.envoyproxy.envoy.config.accesslog.v3.HeaderFilter;
import io.envoyproxy.envoy.config.accesslog.v3.MetadataFilter;
import io.envoyproxy.envoy.config.accesslog.v3.NotHealthCheckFilter;
import io.envoyproxy.envoy.config.accesslog.v3.OrFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.accesslog.v3.RuntimeFilter;
import io.envoyproxy.envoy.config.accesslog.v3.StatusCodeFilter;
import io.heddle.traffic.layer.RuntimeCount;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.reply.ReplyCondition;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.MetadataReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads which answers are meant, and which requests are logged. For answers a condition that is not supported is an
/// error: without it other answers would be changed.
final class ReplyConditionReader {
    private static final int DEEPEST = 32;

    private static final Fields<AccessLogFilter> FILTER = Fields.refusingOthers(AccessLogFilter.class)
            .reads("status_code_filter", "duration_filter", "runtime_filter", "header_filter")
            .reads("response_flag_filter", "grpc_status_filter", "metadata_filter", "not_health_check_filter")
            .ignores("traceable_filter", "extension_filter", "log_type_filter") // of logs; answers cannot do without
            .limits("and_filter", "at most 32 deep")
            .limits("or_filter", "at most 32 deep");
    private static final Fields<StatusCodeFilter> STATUS =
            Fields.refusingOthers(StatusCodeFilter.class).reads("comparison");
    private static final Fields<DurationFilter> DURATION =
            Fields.refusingOthers(DurationFilter.class).reads("comparison");
    private static final Fields<ComparisonFilter> COMPARISON =
            Fields.refusingOthers(ComparisonFilter.class).reads("op", "value");
    private static final Fields<RuntimeFilter> RUNTIME = Fields.refusingOthers(RuntimeFilter.class)
            .reads("percent_sampled", "runtime_key")
            .accepts("use_independent_randomness", "every request draws anew");
    private static final Fields<HeaderFilter> HEADER =
            Fields.refusingOthers(HeaderFilter.class).reads("header");
    private static final Fields<ResponseFlagFilter> FLAG = Fields.refusingOthers(ResponseFlagFilter.class)
            .limits("flags", "those of Envoy that are never set here fit nothing, with a warning");
    private static final Fields<GrpcStatusFilter> GRPC =
            Fields.refusingOthers(GrpcStatusFilter.class).reads("statuses", "exclude");
    private static final Fields<MetadataFilter> METADATA =
            Fields.refusingOthers(MetadataFilter.class).reads("matcher", "match_if_key_not_found");
    private static final Fields<NotHealthCheckFilter> HEALTH = Fields.refusingOthers(NotHealthCheckFilter.class);
    private static final Fields<AndFilter> AND =
            Fields.refusingOthers(AndFilter.class).reads("filters");
    private static final Fields<OrFilter> OR =
            Fields.refusingOthers(OrFilter.class).reads("filters");

    /// What of conditions is read.
    static final List<Fields<?>> FIELDS =
            List.of(FILTER, STATUS, DURATION, COMPARISON, RUNTIME, HEADER, FLAG, GRPC, METADATA, HEALTH, AND, OR);

    /// Envoy's flags that nothing here sets.
    private static final Set<String> NEVER_SET = Set.of("IH", "RFCF", "NFCF", "DO", "DR", "UDO");

    private ReplyConditionReader() {}

    static Optional<ReplyCondition> read(AccessLogFilter message, Scope scope) {
        return read(message, scope, 0);
    }

    /// Which requests are logged. Empty, with a warning, where only a condition could tell that is not supported: a log
    /// with too much in it is better than none.
    static Optional<ReplyCondition> ofLog(AccessLogFilter message, Scope scope) {
        var unsupported = unsupported(message, scope, 0);
        if (unsupported.isPresent()) {
            unsupported.get().warning("is not supported: every request is logged", "use another filter");
            return Optional.empty();
        }
        return read(message, scope, 0);
    }

    private static Optional<Scope> unsupported(AccessLogFilter message, Scope scope, int depth) {
        return switch (message.getFilterSpecifierCase()) {
            case TRACEABLE_FILTER -> Optional.of(scope.at("traceable_filter"));
            case EXTENSION_FILTER -> Optional.of(scope.at("extension_filter"));
            case LOG_TYPE_FILTER -> Optional.of(scope.at("log_type_filter"));
            case AND_FILTER -> unsupported(message.getAndFilter().getFiltersList(), scope.at("and_filter"), depth);
            case OR_FILTER -> unsupported(message.getOrFilter().getFiltersList(), scope.at("or_filter"), depth);
            case STATUS_CODE_FILTER,
                    DURATION_FILTER,
                    RUNTIME_FILTER,
                    HEADER_FILTER,
                    RESPONSE_FLAG_FILTER,
                    GRPC_STATUS_FILTER,
                    METADATA_FILTER,
                    NOT_HEALTH_CHECK_FILTER,
                    FILTERSPECIFIER_NOT_SET -> Optional.empty();
        };
    }

    private static Optional<Scope> unsupported(List<AccessLogFilter> messages, Scope scope, int depth) {
        Optional<Scope> found = Optional.empty();
        for (int i = 0; i < messages.size() && found.isEmpty() && depth < DEEPEST; i++) {
            found = unsupported(messages.get(i), scope.at("filters", i), depth + 1);
        }
        return found;
    }

    private static Optional<ReplyCondition> read(AccessLogFilter message, Scope scope, int depth) {
        scope.check(message, FILTER);
        if (depth > DEEPEST) {
            scope.error("is nested more than " + DEEPEST + " deep", "write fewer levels");
            return Optional.empty();
        }
        return switch (message.getFilterSpecifierCase()) {
            case STATUS_CODE_FILTER -> {
                var here = scope.at("status_code_filter");
                here.check(message.getStatusCodeFilter(), STATUS);
                var comparison = message.getStatusCodeFilter().getComparison();
                yield comparison(comparison, here.at("comparison"))
                        .map(found -> new ReplyCondition.Status(found, limit(comparison, here)));
            }
            case DURATION_FILTER -> {
                var here = scope.at("duration_filter");
                here.check(message.getDurationFilter(), DURATION);
                var comparison = message.getDurationFilter().getComparison();
                yield comparison(comparison, here.at("comparison"))
                        .map(found -> new ReplyCondition.Duration(found, limit(comparison, here)));
            }
            case RUNTIME_FILTER -> {
                var here = scope.at("runtime_filter");
                here.check(message.getRuntimeFilter(), RUNTIME);
                yield Optional.of(new ReplyCondition.Share(Values.share(
                                message.getRuntimeFilter().getPercentSampled(), here.at("percent_sampled"))
                        .overriddenBy(RuntimeKey.of(message.getRuntimeFilter().getRuntimeKey()))));
            }
            case HEADER_FILTER -> {
                var here = scope.at("header_filter");
                here.check(message.getHeaderFilter(), HEADER);
                yield MatcherReader.header(message.getHeaderFilter().getHeader(), here.at("header"))
                        .map(ReplyCondition.Header::new);
            }
            case RESPONSE_FLAG_FILTER -> flags(message.getResponseFlagFilter(), scope.at("response_flag_filter"));
            case GRPC_STATUS_FILTER -> grpc(message.getGrpcStatusFilter(), scope.at("grpc_status_filter"));
            case AND_FILTER -> {
                var here = scope.at("and_filter");
                here.check(message.getAndFilter(), AND);
                yield several(message.getAndFilter().getFiltersList(), here, depth)
                        .map(ReplyCondition.And::new);
            }
            case OR_FILTER -> {
                var here = scope.at("or_filter");
                here.check(message.getOrFilter(), OR);
                yield several(message.getOrFilter().getFiltersList(), here, depth)
                        .map(ReplyCondition.Or::new);
            }
            case METADATA_FILTER -> {
                var found = message.getMetadataFilter();
                var here = scope.at("metadata_filter");
                here.check(found, METADATA);
                boolean otherwise = !found.hasMatchIfKeyNotFound()
                        || found.getMatchIfKeyNotFound().getValue();
                yield MetadataReader.matcher(found.getMatcher(), here.at("matcher"))
                        .map(matcher -> new ReplyCondition.Metadata(matcher, otherwise));
            }
            case NOT_HEALTH_CHECK_FILTER -> {
                scope.at("not_health_check_filter").check(message.getNotHealthCheckFilter(), HEALTH);
                yield Optional.of(new ReplyCondition.NotHealthCheck());
            }
            case TRACEABLE_FILTER, EXTENSION_FILTER, LOG_TYPE_FILTER -> {
                unsupported(message, scope, depth)
                        .ifPresent(here -> here.error(
                                Scope.NOT_SUPPORTED, "remove it; the resource cannot be honoured as written"));
                yield Optional.empty();
            }
            case FILTERSPECIFIER_NOT_SET -> {
                scope.error("has no condition", "set status_code_filter for example");
                yield Optional.empty();
            }
        };
    }

    private static Optional<ReplyCondition.Comparison> comparison(ComparisonFilter message, Scope scope) {
        scope.check(message, COMPARISON);
        return switch (message.getOp()) {
            case EQ -> Optional.of(ReplyCondition.Comparison.EQUAL);
            case GE -> Optional.of(ReplyCondition.Comparison.AT_LEAST);
            case LE -> Optional.of(ReplyCondition.Comparison.AT_MOST);
            case UNRECOGNIZED -> {
                scope.at("op").error("is not known", "write EQ, GE or LE");
                yield Optional.empty();
            }
        };
    }

    private static RuntimeCount limit(ComparisonFilter message, Scope scope) {
        var here = scope.at("comparison").at("value");
        if (!message.hasValue()) {
            here.error("is missing", "write for example default_value: 503");
        }
        return Values.count(message.getValue(), here);
    }

    private static Optional<ReplyCondition> flags(ResponseFlagFilter message, Scope scope) {
        scope.check(message, FLAG);
        var flags = new HashSet<ResponseFlag>();
        boolean dead = false;
        for (int i = 0; i < message.getFlagsCount(); i++) {
            var code = message.getFlags(i);
            var found = flag(code);
            found.ifPresent(flags::add);
            if (NEVER_SET.contains(code)) {
                scope.at("flags", i).warning(code + " is never set here", "remove it");
                dead = true;
            } else if (found.isEmpty()) {
                scope.at("flags", i).error("is no response flag: " + code, "write for example UH");
            }
        }
        // Flags that never come alone must not become "any flag".
        return Optional.of(flags.isEmpty() && dead ? new ReplyCondition.Or(List.of()) : new ReplyCondition.Flag(flags));
    }

    private static Optional<ResponseFlag> flag(String code) {
        for (var flag : ResponseFlag.values()) {
            if (flag != ResponseFlag.NONE && flag.code().equals(code)) {
                return Optional.of(flag);
            }
        }
        return Optional.empty();
    }

    private static Optional<ReplyCondition> grpc(GrpcStatusFilter message, Scope scope) {
        scope.check(message, GRPC);
        var statuses = new HashSet<Integer>();
        for (int i = 0; i < message.getStatusesCount(); i++) {
            if (message.getStatuses(i) == GrpcStatusFilter.Status.UNRECOGNIZED) {
                scope.at("statuses", i).error("is not known", "write for example UNAVAILABLE");
            } else {
                statuses.add(message.getStatusesValue(i));
            }
        }
        return Optional.of(new ReplyCondition.GrpcStatus(statuses, message.getExclude()));
    }

    private static Optional<List<ReplyCondition>> several(List<AccessLogFilter> messages, Scope scope, int depth) {
        if (messages.size() < 2) {
            scope.at("filters").error("has fewer than two entries", "write two or more, or one without this around");
        }
        var conditions = new ArrayList<ReplyCondition>();
        for (int i = 0; i < messages.size(); i++) {
            var found = read(messages.get(i), scope.at("filters", i), depth + 1);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            conditions.add(found.get());
        }
        return Optional.of(conditions);
    }
}
