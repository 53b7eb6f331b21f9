package io.heddle.xds.read;

import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.heddle.traffic.filter.FaultSettings;
import java.time.Duration;
import java.util.Optional;

/// Reads which faults are injected. Conditions that are not supported are errors: without them a fault would hit more
/// than was meant.
final class FaultReader {
    private FaultReader() {}

    static FaultSettings read(HTTPFault message, Scope scope) {
        scope.demands(message, "delay", "abort");
        return new FaultSettings(delay(message, scope.at("delay")), abort(message, scope.at("abort")));
    }

    private static Optional<FaultSettings.Delay> delay(HTTPFault message, Scope scope) {
        if (!message.hasDelay()) {
            return Optional.empty();
        }
        var delay = message.getDelay();
        scope.demands(delay, "fixed_delay", "percentage");
        return Optional.of(new FaultSettings.Delay(
                Values.millionths(delay.getPercentage(), scope.at("percentage")),
                Values.duration(delay.getFixedDelay(), Duration.ZERO, scope.at("fixed_delay"))));
    }

    private static Optional<FaultSettings.Abort> abort(HTTPFault message, Scope scope) {
        if (!message.hasAbort()) {
            return Optional.empty();
        }
        var abort = message.getAbort();
        scope.demands(abort, "http_status", "percentage");
        if (abort.getHttpStatus() < 200 || abort.getHttpStatus() > 599) {
            scope.at("http_status").error("is no status: " + abort.getHttpStatus(), "write 200 to 599");
        }
        return Optional.of(new FaultSettings.Abort(
                Values.millionths(abort.getPercentage(), scope.at("percentage")), abort.getHttpStatus()));
    }
}
