package io.heddle.proxy.outside;

import io.heddle.proxy.grpc.GrpcCall;
import io.heddle.proxy.grpc.GrpcClient;
import io.heddle.proxy.grpc.GrpcRequest;
import io.heddle.proxy.grpc.GrpcStatus;
import io.heddle.proxy.grpc.UnaryListener;
import io.heddle.traffic.outside.OutsideAnswer;
import io.heddle.traffic.outside.OutsideCall;
import io.heddle.xds.read.filter.OutsideMessages;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request's wait for what a service outside says, one wait after another. Confined to one event loop.
public final class OutsideWait {
    private final GrpcClient client;
    private final Listener listener;
    private @Nullable Running running;

    /// Waits of `listener`, whose calls go by `client`; none of them yet.
    public OutsideWait(GrpcClient client, Listener listener) {
        this.client = client;
        this.listener = listener;
    }

    /// Who waits.
    public interface Listener {
        /// The answer is there, or there will be none.
        void said(OutsideAnswer answer);
    }

    /// Begins a wait. The listener may be told before this returns, when nobody can be asked.
    public void ask(OutsideCall call) {
        var fresh = new Running(call);
        running = fresh;
        var request = new GrpcRequest(call.service(), OutsideMessages.path(call), List.of(), call.timeout());
        var started = client.unary(request, OutsideMessages.request(call), fresh);
        if (running == fresh) {
            fresh.started = started;
        }
    }

    /// Ends the wait, if there is one, and the call: the listener hears nothing any more.
    public void cancel() {
        var current = running;
        running = null;
        if (current != null && current.started != null) {
            current.started.cancel();
        }
    }

    /// A call that is under way.
    private final class Running implements UnaryListener {
        private final OutsideCall call;
        private @Nullable GrpcCall started;

        Running(OutsideCall call) {
            this.call = call;
        }

        @Override
        public void answered(byte[] message) {
            end(OutsideMessages.answer(call, message));
        }

        @Override
        public void failed(GrpcStatus status) {
            end(new OutsideAnswer.Failed(status.toString()));
        }

        private void end(OutsideAnswer answer) {
            if (running == this) {
                running = null;
                listener.said(answer);
            }
        }
    }
}
