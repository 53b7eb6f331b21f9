package io.heddle.proxy.exchange;

import io.heddle.proxy.body.BodyMemory;
import io.heddle.proxy.body.BodyOutput;
import io.heddle.proxy.body.BodyPipe;
import io.heddle.proxy.body.Transforms;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.filter.BodyChange;
import io.heddle.traffic.filter.FilterStep;
import io.heddle.traffic.filter.ReceivedBody;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A request's body where filters may see or change it. What comes of it waits here until all of them have
/// let the request pass; then it goes to the [Tries], through what the filters do to it. Part of its
/// [HttpExchange], reused with it.
///
/// What waits stands behind the changes that were asked for so far; another one gets all of it again. So a filter that
/// asks for the body gets it as the filters before it have changed it.
final class FilteredRequest implements BodyOutput, ReceivedBody {
    /// How much waits for filters that did not ask for it, in bytes.
    private static final int WAITING = 64 * 1024;

    private static final LocalReply TOO_LARGE =
            LocalReply.of(413, "Payload Too Large", ResponseFlag.NONE, "request_payload_too_large");

    private final HttpExchange exchange;
    private final FilterRunner runner;
    private final Tries tries;
    private final Transforms transforms;
    private final BodyPipe pipe = new BodyPipe(this);
    private final List<BodyChange> wanted = new ArrayList<>(0);
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
    private FilterStep.Question.@Nullable Body asked;
    private HeaderLines trailers = HeaderLines.EMPTY;
    private int built;
    private long size;
    private boolean holding;
    private boolean ended;
    private boolean continued;

    FilteredRequest(HttpExchange exchange, FilterRunner runner, Tries tries, Transforms transforms) {
        this.exchange = exchange;
        this.runner = runner;
        this.tries = tries;
        this.transforms = transforms;
    }

    /// A request begins, perhaps anew elsewhere: what has come of its body is here, and the rest is still to
    /// come.
    void start() {
        holding = true;
        ended = false;
        tries.requestBody().giveTo(this);
    }

    /// The filters begin anew.
    void restart() {
        wanted.clear();
    }

    /// Whether it is to be changed.
    boolean changes() {
        return !wanted.isEmpty();
    }

    /// The body passes `change`, too.
    void add(BodyChange change) {
        wanted.add(change);
    }

    private void build() {
        while (built < wanted.size()) {
            var stage = pipe.add(transforms.of(wanted.get(built)));
            built++;
            boolean whole = ended;
            var pieces = new ArrayList<>(held);
            held.clear();
            size = 0;
            ended = false;
            pieces.forEach(stage::piece);
            if (whole) {
                stage.end(trailers);
            }
        }
    }

    /// A filter wants it: here it is; or empty, when it is waited for, or too large.
    Optional<ReceivedBody> ask(FilterStep.Question.Body question, HttpRequestHead head) {
        build();
        if (!exchange.isActive()) {
            return Optional.empty();
        }
        if (isThere(question)) {
            return Optional.of(this);
        }
        boolean announced = pipe.isEmpty() && head.lines().contentLength() > most(question);
        if (isTooLarge(question) || (announced && !question.partial())) {
            exchange.replied(TOO_LARGE);
            return Optional.empty();
        }
        asked = question;
        if (head.expectsContinue() && !continued && size == 0) {
            continued = true;
            exchange.sendContinue();
        }
        exchange.resumeClient();
        return Optional.empty();
    }

    private boolean isThere(FilterStep.Question.Body question) {
        return question.partial() ? ended || size >= question.limit() : ended && size <= question.limit();
    }

    private boolean isTooLarge(FilterStep.Question.Body question) {
        return !question.partial() && size > most(question);
    }

    /// Beyond the memory that there is, what would be held would end the connection without an answer.
    private static long most(FilterStep.Question.Body question) {
        return Math.min(question.limit(), BodyMemory.MOST);
    }

    private void look() {
        var question = asked;
        if (question == null) {
            return;
        }
        if (isThere(question)) {
            asked = null;
            runner.bodyCame(this);
        } else if (isTooLarge(question)) {
            asked = null;
            exchange.replied(TOO_LARGE);
        }
    }

    /// Takes a piece, which is its own from then on; false when the next one should wait.
    boolean take(ByteBuf piece) {
        pipe.piece(piece);
        look();
        return isReady();
    }

    /// The client has sent all of it.
    void complete(HeaderLines following) {
        pipe.end(following);
        look();
    }

    /// The client has no more for now.
    void pause() {
        pipe.pause();
        look();
    }

    /// Whether more of it should come.
    boolean isReady() {
        return !pipe.isFull() && (!holding || asked != null || size < WAITING);
    }

    /// The head as it goes on, once nothing holds it back: without the length that the body no longer has, and with one
    /// where all of it is here.
    HttpRequestHead head(HttpRequestHead received) {
        build();
        if (!holding) {
            return received;
        }
        long length = ended && trailers.count() == 0 ? size : -1;
        boolean same = keepsLength() && (length < 0 || received.lines().contentLength() == length);
        return same && !continued ? received : received.reframed(framing(length, received), continued);
    }

    private boolean keepsLength() {
        return wanted.stream().allMatch(BodyChange::keepsLength);
    }

    /// What came with a length and was not changed keeps it.
    private long framing(long length, HttpRequestHead received) {
        return length < 0 && keepsLength() ? received.lines().contentLength() : length;
    }

    /// Nothing holds it back any more.
    void pass() {
        if (!holding) {
            return;
        }
        holding = false;
        boolean more = true;
        while (!held.isEmpty()) {
            more = tries.body(held.removeFirst());
        }
        size = 0;
        if (ended && exchange.isActive()) {
            tries.requestEnded(trailers);
        }
        tries.flush();
        if (!more && exchange.isActive()) {
            exchange.holdClient();
        }
    }

    /// The request is over.
    void clear() {
        pipe.close();
        held.forEach(ByteBuf::release);
        held.clear();
        wanted.clear();
        asked = null;
        trailers = HeaderLines.EMPTY;
        built = 0;
        size = 0;
        holding = false;
        ended = false;
        continued = false;
    }

    @Override
    public void piece(ByteBuf piece) {
        if (holding) {
            size += piece.readableBytes();
            held.add(piece);
            tries.moved();
        } else if (!tries.body(piece)) {
            exchange.holdClient();
        }
    }

    @Override
    public void end(HeaderLines following) {
        ended = true;
        trailers = following;
        if (!holding) {
            tries.requestEnded(following);
        }
    }

    @Override
    public void fault(String details) {
        exchange.malformed(details);
    }

    @Override
    public void moved() {
        pipe.pause();
        tries.flush();
        look();
        if (exchange.isActive()) {
            exchange.resumeClient();
        }
    }

    @Override
    public long length() {
        return size;
    }

    @Override
    public boolean whole() {
        return ended;
    }

    @Override
    public byte[] copy() {
        var bytes = new ByteArrayOutputStream((int) size);
        held.forEach(piece -> append(piece, bytes));
        return bytes.toByteArray();
    }

    /// Copies a piece, which stays the caller's.
    static void append(ByteBuf piece, ByteArrayOutputStream bytes) {
        for (int i = piece.readerIndex(); i < piece.writerIndex(); i++) {
            bytes.write(piece.getByte(i));
        }
    }
}
