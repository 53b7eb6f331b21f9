package io.heddle.xds.read.filter;

import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.filter.FaultFilter;
import io.heddle.traffic.filter.FaultSettings;
import io.heddle.traffic.layer.RuntimeCount;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.LabelReader;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// Reads which faults are injected. Conditions that are not supported are errors: without them a fault would hit more
/// than was meant.
final class FaultReader {
    private static final String NO_SERIES =
            "there are no figures by `x-envoy-downstream-service-cluster`, which any client could make up";

    private static final Fields<HTTPFault> FAULT = Fields.refusingOthers(HTTPFault.class)
            .reads("delay", "abort", "upstream_cluster", "headers", "downstream_nodes", "max_active_faults")
            .reads("filter_metadata", "response_rate_limit")
            .accepts("disable_downstream_cluster_stats", NO_SERIES)
            .reads("delay_percent_runtime", "delay_duration_runtime", "abort_percent_runtime")
            .reads("abort_http_status_runtime", "abort_grpc_status_runtime", "max_active_faults_runtime")
            .reads("response_rate_limit_percent_runtime");
    private static final Fields<FaultDelay> DELAY =
            Fields.refusingOthers(FaultDelay.class).reads("fixed_delay", "header_delay", "percentage");
    private static final Fields<FaultAbort> ABORT = Fields.refusingOthers(FaultAbort.class)
            .limits("http_status", "200 to 599")
            .reads("grpc_status", "header_abort", "percentage");
    private static final Fields<FaultDelay.HeaderDelay> HEADER_DELAY =
            Fields.refusingOthers(FaultDelay.HeaderDelay.class);
    private static final Fields<FaultAbort.HeaderAbort> HEADER_ABORT =
            Fields.refusingOthers(FaultAbort.HeaderAbort.class);

    private static final Fields<FaultRateLimit> RATE_LIMIT =
            Fields.refusingOthers(FaultRateLimit.class).reads("fixed_limit", "header_limit", "percentage");
    private static final Fields<FaultRateLimit.FixedLimit> FIXED_LIMIT =
            Fields.refusingOthers(FaultRateLimit.FixedLimit.class).limits("limit_kbps", "1 to 999,999,999");
    private static final Fields<FaultRateLimit.HeaderLimit> HEADER_LIMIT =
            Fields.refusingOthers(FaultRateLimit.HeaderLimit.class);

    /// What of the fault filter is read.
    static final List<Fields<?>> FIELDS =
            List.of(FAULT, DELAY, HEADER_DELAY, ABORT, HEADER_ABORT, RATE_LIMIT, FIXED_LIMIT, HEADER_LIMIT);

    private static final long MOST_KILOBYTES = 999_999_999;

    private FaultReader() {}

    static FaultSettings read(HTTPFault message, Scope scope) {
        scope.check(message, FAULT);
        var victims = new FaultSettings.Victims(
                message.getUpstreamCluster(),
                MatcherReader.headers(message.getHeadersList(), scope, "headers"),
                message.getDownstreamNodesList().stream()
                        .map(MatcherReader::octets)
                        .collect(Collectors.toSet()));
        var metadata = new LabelValue.Fields(LabelReader.labels(message.getFilterMetadata()));
        if (!new RequestState().merge(FaultFilter.NAME, metadata)) {
            scope.at("filter_metadata").error("is too much for a request", "set less");
        }
        return new FaultSettings(
                delay(message, scope.at("delay")),
                abort(message, scope.at("abort")),
                slowing(message, scope.at("response_rate_limit")),
                victims,
                new RuntimeCount(
                        key(message.getMaxActiveFaultsRuntime(), "max_active_faults"),
                        message.hasMaxActiveFaults()
                                ? Integer.toUnsignedLong(
                                        message.getMaxActiveFaults().getValue())
                                : Long.MAX_VALUE),
                metadata);
    }

    /// The key that a field names, or Envoy's own.
    private static RuntimeKey key(String named, String usual) {
        return RuntimeKey.of(named.isEmpty() ? "fault.http." + usual : named);
    }

    private static Optional<FaultSettings.Delay> delay(HTTPFault message, Scope scope) {
        if (!message.hasDelay()) {
            return Optional.empty();
        }
        var delay = message.getDelay();
        scope.check(delay, DELAY);
        var share = Values.share(delay.getPercentage(), scope.at("percentage"))
                .overriddenBy(key(message.getDelayPercentRuntime(), "delay.fixed_delay_percent"));
        var duration = key(message.getDelayDurationRuntime(), "delay.fixed_duration_ms");
        if (delay.hasFixedDelay()
                && delay.getFixedDelay().getSeconds() == 0
                && delay.getFixedDelay().getNanos() == 0) {
            scope.at("fixed_delay").error("is 0s", "write for example 0.5s, or leave delay out");
        }
        return switch (delay.getFaultDelaySecifierCase()) {
            case FIXED_DELAY ->
                Optional.of(new FaultSettings.Delay(
                        share,
                        Optional.of(Values.duration(delay.getFixedDelay(), Duration.ZERO, scope.at("fixed_delay"))),
                        duration));
            case HEADER_DELAY -> {
                scope.at("header_delay").check(delay.getHeaderDelay(), HEADER_DELAY);
                yield Optional.of(new FaultSettings.Delay(share, Optional.empty(), duration));
            }
            case FAULTDELAYSECIFIER_NOT_SET -> {
                scope.error("says no delay", "set fixed_delay or header_delay");
                yield Optional.empty();
            }
        };
    }

    private static Optional<FaultSettings.Slowing> slowing(HTTPFault message, Scope scope) {
        if (!message.hasResponseRateLimit()) {
            return Optional.empty();
        }
        var limit = message.getResponseRateLimit();
        scope.check(limit, RATE_LIMIT);
        var share = Values.share(limit.getPercentage(), scope.at("percentage"))
                .overriddenBy(key(message.getResponseRateLimitPercentRuntime(), "rate_limit.response_percent"));
        return switch (limit.getLimitTypeCase()) {
            case FIXED_LIMIT -> {
                var here = scope.at("fixed_limit");
                here.check(limit.getFixedLimit(), FIXED_LIMIT);
                long rate = limit.getFixedLimit().getLimitKbps();
                if (rate < 1 || rate > MOST_KILOBYTES) {
                    here.at("limit_kbps")
                            .error("is no rate: " + Long.toUnsignedString(rate), "write 1 to " + MOST_KILOBYTES);
                    yield Optional.empty();
                }
                yield Optional.of(new FaultSettings.Slowing(share, OptionalLong.of(rate)));
            }
            case HEADER_LIMIT -> {
                scope.at("header_limit").check(limit.getHeaderLimit(), HEADER_LIMIT);
                yield Optional.of(new FaultSettings.Slowing(share, OptionalLong.empty()));
            }
            case LIMITTYPE_NOT_SET -> {
                scope.error("says no rate", "set fixed_limit or header_limit");
                yield Optional.empty();
            }
        };
    }

    private static Optional<FaultSettings.Abort> abort(HTTPFault message, Scope scope) {
        if (!message.hasAbort()) {
            return Optional.empty();
        }
        var abort = message.getAbort();
        scope.check(abort, ABORT);
        var share = Values.share(abort.getPercentage(), scope.at("percentage"))
                .overriddenBy(key(message.getAbortPercentRuntime(), "abort.abort_percent"));
        return answer(message, scope).map(found -> new FaultSettings.Abort(share, found));
    }

    private static Optional<FaultSettings.Answer> answer(HTTPFault message, Scope scope) {
        var abort = message.getAbort();
        return switch (abort.getErrorTypeCase()) {
            case HTTP_STATUS -> {
                if (abort.getHttpStatus() < 200 || abort.getHttpStatus() > 599) {
                    scope.at("http_status").error("is no status: " + abort.getHttpStatus(), "write 200 to 599");
                }
                yield Optional.of(new FaultSettings.Answer.Http(
                        abort.getHttpStatus(), key(message.getAbortHttpStatusRuntime(), "abort.http_status")));
            }
            case GRPC_STATUS -> {
                if (abort.getGrpcStatus() < 0) {
                    scope.at("grpc_status")
                            .error("is no status: " + Integer.toUnsignedString(abort.getGrpcStatus()), "write 0 to 16");
                }
                yield Optional.of(new FaultSettings.Answer.Grpc(
                        abort.getGrpcStatus(), key(message.getAbortGrpcStatusRuntime(), "abort.grpc_status")));
            }
            case HEADER_ABORT -> {
                scope.at("header_abort").check(abort.getHeaderAbort(), HEADER_ABORT);
                yield Optional.of(new FaultSettings.Answer.AsRequested());
            }
            case ERRORTYPE_NOT_SET -> {
                scope.error("says no answer", "set http_status, grpc_status or header_abort");
                yield Optional.empty();
            }
        };
    }
}
