package io.heddle.proxy.body;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.filter.BodyChange;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Optional;

/// Lets a body through no faster than its rate: what there are no tokens for waits, and is looked at again once every
/// fill interval. While something waits, no more is asked for, so it holds little more than one read of its sender.
final class Throttle implements BodyTransform {
    private final Worker worker;
    private final BodyChange.Limit limit;
    private final Transforms counts;
    private final long began;
    private final Deadline deadline = new Deadline(this::filled);
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>();
    private Optional<HeaderLines> trailers = Optional.empty();
    private Optional<BodyOutput> output = Optional.empty();
    private long heldSince;
    private long delay;
    private boolean over;

    Throttle(Worker worker, BodyChange.Limit limit, Transforms counts) {
        this.worker = worker;
        this.limit = limit;
        this.counts = counts;
        this.began = worker.now();
    }

    @Override
    public void piece(ByteBuf piece, BodyOutput out) {
        if (!piece.isReadable()) {
            piece.release();
            return;
        }
        limit.bytes().ifPresent(bytes -> counts.count(bytes.in(), piece.readableBytes()));
        held.add(piece);
        if (held.size() == 1) {
            pass(out);
        }
    }

    private void pass(BodyOutput out) {
        while (!held.isEmpty() && !over) {
            var first = held.getFirst();
            int size = first.readableBytes();
            int allowed = (int) limit.rate().bucket().takeUpTo(size, worker.now());
            limit.bytes().ifPresent(bytes -> counts.count(bytes.out(), allowed));
            if (allowed == size) {
                out.piece(held.removeFirst());
            } else {
                if (allowed > 0) {
                    out.piece(first.readRetainedSlice(allowed));
                }
                hold(out);
                return;
            }
        }
    }

    private void hold(BodyOutput out) {
        if (over) {
            return;
        }
        if (output.isEmpty()) {
            output = Optional.of(out);
            heldSince = worker.now();
            if (delay == 0) {
                limit.enforced().ifPresent(counter -> counts.count(counter, 1));
            }
        }
        worker.deadlines().set(deadline, worker.now() + limit.rate().interval().toNanos());
    }

    private void filled() {
        worker.tick();
        var out = output.orElseThrow();
        pass(out);
        if (over) {
            return;
        }
        if (held.isEmpty()) {
            delay += worker.now() - heldSince;
            output = Optional.empty();
            if (trailers.isPresent()) {
                finish(trailers.get(), out);
            }
        }
        out.moved();
    }

    private void finish(HeaderLines following, BodyOutput out) {
        over = true;
        long total = worker.now() - began;
        if (limit.delays().isPresent() && limit.request()) {
            limit.delays().get().request(total, delay);
        }
        out.end(limit.delays().isPresent() && !limit.request() ? told(following, total) : following);
    }

    private HeaderLines told(HeaderLines following, long total) {
        var lines = following.copy();
        limit.delays().orElseThrow().trailers(total, delay).forEach((name, millis) -> {
            int before = lines.length();
            lines.beginLine();
            lines.appendSafe(name);
            if (lines.endName()) {
                lines.append(Long.toString(millis));
                lines.endLine();
            } else {
                lines.truncate(before);
            }
        });
        return lines;
    }

    @Override
    public void pause(BodyOutput out) {
        // What may go has gone.
    }

    @Override
    public void end(HeaderLines following, BodyOutput out) {
        if (held.isEmpty()) {
            finish(following, out);
        } else {
            trailers = Optional.of(following.copy());
        }
    }

    @Override
    public boolean isFull() {
        return !held.isEmpty();
    }

    @Override
    public void close() {
        over = true;
        worker.deadlines().remove(deadline);
        held.forEach(ByteBuf::release);
        held.clear();
    }
}
