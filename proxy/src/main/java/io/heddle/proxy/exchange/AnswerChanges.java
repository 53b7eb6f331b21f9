package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.GrpcAnswer;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.route.RouteAction;
import org.jspecify.annotations.Nullable;

/// What changes in the head of an answer, a host's or one made here: what its route wants, then what its filters want,
/// as an answer passes Envoy's filters after its router. Part of its [HttpExchange], reused with it.
final class AnswerChanges {
    private final Tries tries;
    private final ExchangeFormat format;
    private final HeaderEdits edits = new HeaderEdits();

    AnswerChanges(Tries tries, ExchangeFormat format) {
        this.tries = tries;
        this.format = format;
    }

    /// Whether there may be any; `filters` are those that the request met.
    boolean any(@Nullable FilterRunner filters) {
        return filters != null || tellsAttempts() || !tries.responseChanges().isEmpty();
    }

    /// Those of `reply`, its own headers first; notes the status that it goes out with.
    HeaderEdits local(LocalReply reply, HttpRequestHead request, @Nullable FilterRunner filters) {
        note(reply, GrpcAnswer.isWanted(request));
        var all = new HeaderEdits();
        all.addAll(reply.headers());
        if (any(filters)) {
            var others = edits(filters);
            for (int i = 0; i < others.size(); i++) {
                all.add(others.edit(i));
            }
        }
        if (filters != null && filters.seesAnswer()) {
            filters.bodies().answer().showLocal(reply.status(), all);
            note(reply, GrpcAnswer.isWanted(request, all));
        }
        return all;
    }

    private void note(LocalReply reply, boolean grpc) {
        var timeline = format.timeline();
        timeline.status = grpc ? GrpcAnswer.HTTP_STATUS : reply.status();
        timeline.grpcStatus = grpc ? GrpcAnswer.status(reply) : timeline.grpcStatus;
    }

    private boolean tellsAttempts() {
        return format.timeline().decision().action() instanceof RouteAction.Forward forward
                && forward.options().responseAttempts();
    }

    /// All of them. Valid until this is called again.
    HeaderEdits edits(@Nullable FilterRunner filters) {
        edits.clear();
        HeaderChange.addAll(tries.responseChanges(), format, edits);
        int attempts = format.timeline().attempts;
        if (tellsAttempts() && attempts > 0) {
            edits.add(new HeaderEdit(HeaderEdit.Action.SET, SentHead.ATTEMPT_COUNT, Integer.toString(attempts)));
        }
        if (filters != null) {
            filters.changeAnswer(edits);
        }
        return edits;
    }
}
