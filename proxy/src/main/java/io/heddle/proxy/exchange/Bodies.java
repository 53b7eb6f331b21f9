package io.heddle.proxy.exchange;

import io.heddle.proxy.body.Transforms;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.traffic.filter.ReceivedBody;
import java.util.Optional;

/// What filters see and change of one exchange's bodies. Only exchanges whose filters do have one. Part of its
/// [HttpExchange], reused with it.
final class Bodies {
    /// The body of a request that has none.
    static final Optional<ReceivedBody> NOTHING = Optional.of(new Nothing());

    /// Tells a client to send its body (RFC 9110, section 15.2.1).
    static final HttpResponseHead CONTINUE = interim();

    private final FilteredRequest request;
    private final FilteredAnswer answer;

    Bodies(HttpExchange exchange, FilterRunner runner, Tries tries, Transforms transforms) {
        this.request = new FilteredRequest(exchange, runner, tries, transforms);
        this.answer = new FilteredAnswer(exchange, transforms);
    }

    private static HttpResponseHead interim() {
        var head = new HttpResponseHead();
        head.status(100);
        return head;
    }

    FilteredRequest request() {
        return request;
    }

    FilteredAnswer answer() {
        return answer;
    }

    /// The filters begin anew.
    void restart() {
        request.restart();
        answer.clear();
    }

    /// The exchange is over.
    void clear() {
        request.clear();
        answer.clear();
    }

    private record Nothing() implements ReceivedBody {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public boolean whole() {
            return true;
        }

        @Override
        public byte[] copy() {
            return new byte[0];
        }
    }
}
