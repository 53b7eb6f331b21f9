package io.heddle.xds.read;

import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.heddle.traffic.filter.FaultSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Reads which faults are injected. Conditions that are not supported are errors: without them a fault would hit more
/// than was meant.
final class FaultReader {
    private static final Fields<HTTPFault> FAULT =
            Fields.refusingOthers(HTTPFault.class).reads("delay", "abort").ignores("disable_downstream_cluster_stats");
    private static final Fields<FaultDelay> DELAY =
            Fields.refusingOthers(FaultDelay.class).reads("fixed_delay", "percentage");
    private static final Fields<FaultAbort> ABORT =
            Fields.refusingOthers(FaultAbort.class).reads("http_status", "percentage");

    /// What of the fault filter is read.
    static final List<Fields<?>> FIELDS = List.of(FAULT, DELAY, ABORT);

    private FaultReader() {}

    static FaultSettings read(HTTPFault message, Scope scope) {
        scope.check(message, FAULT);
        return new FaultSettings(delay(message, scope.at("delay")), abort(message, scope.at("abort")));
    }

    private static Optional<FaultSettings.Delay> delay(HTTPFault message, Scope scope) {
        if (!message.hasDelay()) {
            return Optional.empty();
        }
        var delay = message.getDelay();
        scope.check(delay, DELAY);
        return Optional.of(new FaultSettings.Delay(
                Values.millionths(delay.getPercentage(), scope.at("percentage")),
                Values.duration(delay.getFixedDelay(), Duration.ZERO, scope.at("fixed_delay"))));
    }

    private static Optional<FaultSettings.Abort> abort(HTTPFault message, Scope scope) {
        if (!message.hasAbort()) {
            return Optional.empty();
        }
        var abort = message.getAbort();
        scope.check(abort, ABORT);
        if (abort.getHttpStatus() < 200 || abort.getHttpStatus() > 599) {
            scope.at("http_status").error("is no status: " + abort.getHttpStatus(), "write 200 to 599");
        }
        return Optional.of(new FaultSettings.Abort(
                Values.millionths(abort.getPercentage(), scope.at("percentage")), abort.getHttpStatus()));
    }
}
