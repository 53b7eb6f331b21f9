package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.GrpcAnswer;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.route.RouteAction;
import org.jspecify.annotations.Nullable;

/// What changes in the head of an answer, a host's or one made here: what its route wants, then what its filters want,
/// as an answer passes Envoy's filters after its router. Part of its [HttpExchange], reused with it.
final class AnswerChanges {
    private static final HeaderName CONTENT_ENCODING = HeaderName.of("content-encoding");

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

    /// The answer that `reply` becomes: its own headers first, and its body through the filters, as a host's
    /// goes; notes the status that it goes out with.
    LocalAnswer local(LocalReply reply, HttpRequestHead request, @Nullable FilterRunner filters) {
        boolean grpc = GrpcAnswer.isWanted(request);
        note(reply, grpc);
        var all = new HeaderEdits();
        all.addAll(reply.headers());
        if (any(filters)) {
            var others = edits(filters);
            for (int i = 0; i < others.size(); i++) {
                all.add(others.edit(i));
            }
        }
        var body = LocalAnswer.body(reply);
        if (filters == null || !filters.seesAnswer()) {
            return new LocalAnswer(reply, all, body);
        }
        var seen = filters.bodies().answer();
        seen.showLocal(reply.status(), grpc || request.isMethod("HEAD") ? 0 : body.length, all);
        boolean typed = GrpcAnswer.isWanted(request, all);
        note(reply, typed);
        if (typed && seen.changes()) {
            all.add(new HeaderEdit(HeaderEdit.Action.REMOVE, CONTENT_ENCODING, "")); // gRPC gets no body
        }
        return new LocalAnswer(reply, all, typed ? body : through(seen, body));
    }

    /// A body that filters cannot change is left out: the status is what counts, and stays.
    private byte[] through(FilteredAnswer seen, byte[] body) {
        var changed = seen.through(body);
        if (!seen.fault().isEmpty()) {
            format.timeline().details += "{" + seen.fault() + "}";
        }
        return changed;
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
