package io.heddle.xds.server;

import com.google.protobuf.Duration;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.Code;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.DescriptorStatus;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.RateLimit.Unit;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.heddle.model.limit.LimitEntry;
import io.heddle.model.limit.LimitRate;
import io.heddle.model.limit.LimitUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The gRPC shell around a [RateLimiter]: `envoy.service.ratelimit.v3.RateLimitService`. Over TLS a caller
/// must show an identity of the mesh, as for ADS.
final class RateLimitService implements BindableService {
    private static final int MOST_DESCRIPTORS = 100;
    private static final int MOST_ENTRIES = 20;
    private static final int LONGEST = 4096;
    private static final int NO_LIMIT = -1; // all bits: the most that the field holds

    private final RateLimiter limiter;

    RateLimitService(RateLimiter limiter) {
        this.limiter = limiter;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder(Methods.RATE_LIMITS)
                .addMethod(Methods.SHOULD_RATE_LIMIT, ServerCalls.asyncUnaryCall(this::shouldRateLimit))
                .build();
    }

    private void shouldRateLimit(RateLimitRequest request, StreamObserver<RateLimitResponse> answer) {
        var peer = Peer.current();
        if (peer.secured() && peer.proved().isEmpty()) {
            refuse(answer, Status.UNAUTHENTICATED, "a client certificate of the mesh is required");
            return;
        }
        var fault = fault(request);
        if (fault.isPresent()) {
            refuse(answer, Status.INVALID_ARGUMENT, fault.get());
            return;
        }
        switch (limiter.judge(request.getDomain(), counted(request))) {
            case RateLimiter.Outcome.Judged(var verdicts) -> {
                answer.onNext(response(request, verdicts));
                answer.onCompleted();
            }
            case RateLimiter.Outcome.Full(var reason) -> refuse(answer, Status.RESOURCE_EXHAUSTED, reason);
        }
    }

    private static void refuse(StreamObserver<?> answer, Status status, String reason) {
        answer.onError(status.withDescription(reason).asRuntimeException());
    }

    private static Optional<String> fault(RateLimitRequest request) {
        if (request.getDomain().isEmpty()) {
            return Optional.of("the domain must not be empty");
        }
        if (request.getDescriptorsCount() == 0 || request.getDescriptorsCount() > MOST_DESCRIPTORS) {
            return Optional.of("a request has 1 to " + MOST_DESCRIPTORS + " descriptors");
        }
        boolean well = request.getDescriptorsList().stream().allMatch(RateLimitService::isWell);
        return well
                ? Optional.empty()
                : Optional.of(
                        "a descriptor has 1 to " + MOST_ENTRIES + " entries of at most " + LONGEST + " characters");
    }

    private static boolean isWell(RateLimitDescriptor descriptor) {
        int count = descriptor.getEntriesCount();
        return count > 0
                && count <= MOST_ENTRIES
                && descriptor.getEntriesList().stream()
                        .allMatch(entry -> !entry.getKey().isEmpty()
                                && entry.getKey().length() + entry.getValue().length() <= LONGEST);
    }

    private static List<RateLimiter.Counted> counted(RateLimitRequest request) {
        long all = Math.max(1, Integer.toUnsignedLong(request.getHitsAddend()));
        var counted = new ArrayList<RateLimiter.Counted>();
        for (var descriptor : request.getDescriptorsList()) {
            var entries = descriptor.getEntriesList().stream()
                    .map(entry -> new LimitEntry(entry.getKey(), entry.getValue()))
                    .toList();
            long hits = descriptor.hasHitsAddend() ? descriptor.getHitsAddend().getValue() : all;
            counted.add(new RateLimiter.Counted(
                    entries,
                    Math.clamp(hits, 0, 0xFFFFFFFFL),
                    descriptor.hasLimit() ? override(descriptor) : Optional.empty()));
        }
        return counted;
    }

    private static Optional<LimitRate> override(RateLimitDescriptor descriptor) {
        var limit = descriptor.getLimit();
        var unit = switch (limit.getUnit()) {
            case SECOND -> Optional.of(LimitUnit.SECOND);
            case MINUTE -> Optional.of(LimitUnit.MINUTE);
            case HOUR -> Optional.of(LimitUnit.HOUR);
            case DAY -> Optional.of(LimitUnit.DAY);
            case MONTH -> Optional.of(LimitUnit.MONTH);
            case YEAR -> Optional.of(LimitUnit.YEAR);
            case UNKNOWN, UNRECOGNIZED -> Optional.<LimitUnit>empty();
        };
        return unit.map(known -> new LimitRate(Integer.toUnsignedLong(limit.getRequestsPerUnit()), known));
    }

    private static RateLimitResponse response(RateLimitRequest request, List<RateLimiter.Verdict> verdicts) {
        boolean over = verdicts.stream().anyMatch(verdict -> verdict.over() && !isQuota(verdict))
                || isSpent(verdicts.stream().filter(RateLimitService::isQuota).toList());
        var response = RateLimitResponse.newBuilder().setOverallCode(over ? Code.OVER_LIMIT : Code.OK);
        verdicts.forEach(verdict -> response.addStatuses(status(verdict)));
        LimitMetadata.of(request, verdicts).ifPresent(response::setDynamicMetadata);
        return response.build();
    }

    private static boolean isQuota(RateLimiter.Verdict verdict) {
        return verdict instanceof RateLimiter.Limited limited && limited.quota();
    }

    private static boolean isSpent(List<RateLimiter.Verdict> quotas) {
        return !quotas.isEmpty() && quotas.stream().allMatch(RateLimiter.Verdict::over);
    }

    private static DescriptorStatus status(RateLimiter.Verdict verdict) {
        var status = DescriptorStatus.newBuilder().setCode(verdict.over() ? Code.OVER_LIMIT : Code.OK);
        return switch (verdict) {
            case RateLimiter.Uncounted _ -> status.build();
            case RateLimiter.Unlimited _ -> status.setLimitRemaining(NO_LIMIT).build();
            case RateLimiter.Limited(var _, var _, var limit, var _) -> limited(status, limit);
        };
    }

    private static DescriptorStatus limited(DescriptorStatus.Builder status, RateLimiter.Applied limit) {
        status.setLimitRemaining((int) limit.remaining())
                .setDurationUntilReset(Duration.newBuilder().setSeconds(limit.reset()));
        status.getCurrentLimitBuilder()
                .setName(limit.name())
                .setRequestsPerUnit((int) limit.rate().requests())
                .setUnit(unit(limit.rate().unit()));
        return status.build();
    }

    private static Unit unit(LimitUnit unit) {
        return switch (unit) {
            case SECOND -> Unit.SECOND;
            case MINUTE -> Unit.MINUTE;
            case HOUR -> Unit.HOUR;
            case DAY -> Unit.DAY;
            case WEEK -> Unit.WEEK;
            case MONTH -> Unit.MONTH;
            case YEAR -> Unit.YEAR;
        };
    }
}
