package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.GrpcAnswer;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.reply.ReplyFacts;
import io.heddle.traffic.reply.ReplyRules;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.route.RouteAction;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Settles what a client gets as an answer made here, whatever made it: notes its cause in the timeline, and changes
/// it as its connection manager says. Part of its [HttpExchange], reused with it.
final class LocalReplies implements ReplyFacts {
    static final Optional<LocalReply> OVERLOADED = Optional.of(LocalReply.OVERLOADED);
    static final LocalReply UPGRADE_FAILED = LocalReply.of(403, "", ResponseFlag.NONE, "upgrade_failed");

    private final Worker worker;
    private final ExchangeFormat format;
    private final RequestTimeline timeline;
    private LocalReply reply = LocalReply.of(0, "", ResponseFlag.NONE, "");

    LocalReplies(Worker worker, ExchangeFormat format) {
        this.worker = worker;
        this.format = format;
        this.timeline = format.timeline();
    }

    /// The answer to `head` that `made` becomes under `rules`.
    LocalReply settle(LocalReply made, ReplyRules rules, HttpRequestHead head) {
        timeline.flag = made.flag() == ResponseFlag.NONE ? timeline.flag : made.flag();
        timeline.details = made.details();
        timeline.denial = made.denial();
        timeline.answerComplete = true;
        reply = made;
        format.localBody(made.body());
        var settled = rules.isNone() ? made : rules.apply(made, this);
        timeline.responseHeadSent = worker.now();
        boolean grpc = GrpcAnswer.isWanted(head);
        timeline.status = grpc ? GrpcAnswer.HTTP_STATUS : settled.status();
        timeline.grpcStatus = grpc ? GrpcAnswer.status(settled) : timeline.grpcStatus;
        return settled;
    }

    /// The answer of a route that answers itself.
    LocalReply direct(RouteAction.DirectResponse action) {
        if (action.format().isEmpty()) {
            return action.unwritten();
        }
        timeline.details = action.unwritten().details();
        return action.reply(format(action.status(), action.body()));
    }

    @Override
    public RequestHead request() {
        return format.request();
    }

    @Override
    public int status() {
        return reply.status();
    }

    @Override
    public int grpcStatus() {
        return GrpcAnswer.status(reply);
    }

    @Override
    public ResponseFlag flag() {
        return timeline.flag;
    }

    @Override
    public long durationMillis() {
        return timeline.headReceived == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(worker.now() - timeline.headReceived);
    }

    @Override
    public RequestState state() {
        return timeline.state;
    }

    @Override
    public RuntimeSnapshot runtime() {
        return worker.runtime();
    }

    @Override
    public long chance() {
        return worker.chance();
    }

    @Override
    public FormatSource format(int status, String body) {
        timeline.status = status;
        format.localBody(body);
        return format;
    }
}
