package io.heddle.dialect.heddle;

import io.heddle.dialect.tree.Durations;
import io.heddle.dialect.tree.Fields;
import io.heddle.model.resource.FaultPolicy;
import io.heddle.model.resource.Resource;
import java.time.Duration;
import java.util.Optional;

/// Reads `heddle.io/v1alpha1` FaultPolicy, whose spec has the fields of Istio's `HTTPFaultInjection`.
public final class FaultPolicyReader {
    private FaultPolicyReader() {}

    /// The policy in `root`.
    public static Resource read(Fields root) {
        var spec = root.requiredObject("spec");
        var delay = spec.optionalObject("delay").map(FaultPolicyReader::delay);
        var abort = spec.optionalObject("abort").map(FaultPolicyReader::abort);
        if (delay.isEmpty() && abort.isEmpty()) {
            spec.error("", "injects nothing", "give delay, abort or both");
        }
        return new FaultPolicy(root.object(), delay, abort);
    }

    private static FaultPolicy.Delay delay(Fields delay) {
        delay.refuse("exponentialDelay", "is not supported", "use fixedDelay");
        refuseOldPercent(delay);
        if (!delay.has("fixedDelay")) {
            delay.error("fixedDelay", "is required", "add a duration, for example 2s");
        }
        var fixed = Durations.go(delay, "fixedDelay");
        if (fixed.isPresent() && fixed.get().compareTo(Duration.ofMillis(1)) < 0) {
            delay.error("fixedDelay", "is shorter than 1ms", "use at least 1ms");
        }
        return new FaultPolicy.Delay(percentage(delay), fixed.orElse(Duration.ZERO));
    }

    private static FaultPolicy.Abort abort(Fields abort) {
        abort.refuse("grpcStatus", "is not supported", "use httpStatus");
        abort.refuse("http2Error", "is not supported", "use httpStatus");
        refuseOldPercent(abort);
        return new FaultPolicy.Abort(percentage(abort), abort.requiredInteger("httpStatus", 200, 599));
    }

    private static void refuseOldPercent(Fields fault) {
        fault.refuse("percent", "is not supported", "write percentage: {value: ...}");
    }

    /// Absent means every request, as in Istio.
    private static double percentage(Fields fault) {
        Optional<Fields> percentage = fault.optionalObject("percentage");
        return percentage
                .flatMap(fields -> fields.number("value", 0, 100))
                .orElse(percentage.isPresent() ? 0.0 : 100.0);
    }
}
