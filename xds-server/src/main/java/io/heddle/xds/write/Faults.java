package io.heddle.xds.write;

import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.heddle.model.resource.FaultPolicy;

/// Writes fault policies.
final class Faults {
    static final String FILTER = "envoy.filters.http.fault";
    private static final int MILLIONTHS_PER_PERCENT = 10_000;

    private Faults() {}

    static HTTPFault write(FaultPolicy policy) {
        var fault = HTTPFault.newBuilder();
        policy.delay()
                .ifPresent(delay -> fault.setDelay(FaultDelay.newBuilder()
                        .setFixedDelay(Durations.of(delay.fixedDelay()))
                        .setPercentage(percent(delay.percent()))));
        policy.abort()
                .ifPresent(abort -> fault.setAbort(
                        FaultAbort.newBuilder().setHttpStatus(abort.status()).setPercentage(percent(abort.percent()))));
        return fault.build();
    }

    static FractionalPercent percent(double percent) {
        return FractionalPercent.newBuilder()
                .setNumerator((int) Math.round(percent * MILLIONTHS_PER_PERCENT))
                .setDenominator(FractionalPercent.DenominatorType.MILLION)
                .build();
    }
}
