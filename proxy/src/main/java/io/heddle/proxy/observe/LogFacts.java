package io.heddle.proxy.observe;

import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.grpc.GrpcFailure;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.reply.ReplyFacts;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// A request that has ended, as the conditions of access logs see it.
///
/// @param timeline its timeline
record LogFacts(RequestTimeline timeline) implements ReplyFacts {
    @Override
    public RequestHead request() {
        return timeline.format().request();
    }

    @Override
    public int status() {
        return timeline.status;
    }

    @Override
    public int grpcStatus() {
        // A 200 without one tells of no success: a call that was cut off before its trailers has that, too.
        return timeline.grpcStatus >= 0 ? timeline.grpcStatus : GrpcFailure.status(timeline.status);
    }

    @Override
    public ResponseFlag flag() {
        return timeline.flag;
    }

    @Override
    public long durationMillis() {
        return timeline.headReceived == 0
                ? 0
                : TimeUnit.NANOSECONDS.toMillis(timeline.finished - timeline.headReceived);
    }

    @Override
    public RequestState state() {
        return timeline.state;
    }

    @Override
    public RuntimeSnapshot runtime() {
        return timeline.runtime;
    }

    @Override
    public long chance() {
        return ThreadLocalRandom.current().nextLong();
    }

    @Override
    public FormatSource format(int status, String body) {
        return timeline.format();
    }
}
