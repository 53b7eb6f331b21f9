package io.heddle.xds.write;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.heddle.model.resource.HttpRoute.Retry;
import java.util.List;

/// Writes when a request is tried again. What a route does not say is one more try, on another endpoint, and only when
/// the first one cannot have been acted upon.
final class Retries {
    private static final String SAFE = "connect-failure,refused-stream,unavailable,reset-before-request";
    private static final int DEFAULT_RETRIES = 1;
    private static final int HOST_SELECTION_ATTEMPTS = 5;

    private Retries() {}

    static RetryPolicy byDefault() {
        return policy(SAFE, DEFAULT_RETRIES).build();
    }

    static RetryPolicy write(Retry retry) {
        var on = retry.codes().isEmpty() ? SAFE : SAFE + ",retriable-status-codes";
        var policy = policy(on, retry.attempts())
                .addAllRetriableStatusCodes(
                        retry.codes().stream().sorted().distinct().toList());
        retry.backoff()
                .ifPresent(backoff -> policy.setRetryBackOff(
                        RetryPolicy.RetryBackOff.newBuilder().setBaseInterval(Durations.of(backoff))));
        return policy.build();
    }

    private static RetryPolicy.Builder policy(String on, int retries) {
        return RetryPolicy.newBuilder()
                .setRetryOn(on)
                .setNumRetries(UInt32Value.of(retries))
                .addAllRetryHostPredicate(List.of(RetryPolicy.RetryHostPredicate.newBuilder()
                        .setName("envoy.retry_host_predicates.previous_hosts")
                        .setTypedConfig(Any.pack(PreviousHostsPredicate.getDefaultInstance()))
                        .build()))
                .setHostSelectionRetryMaxAttempts(HOST_SELECTION_ATTEMPTS);
    }
}
