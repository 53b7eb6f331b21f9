package io.heddle.proxy.body;

import io.heddle.proxy.http.HeaderLines;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// The changes that one body passes, one after the other, and what comes out at the end. Confined to its event loop;
/// used again after [#close].
///
/// A change may be closed while it is at work, because what it gave on ended the exchange. It is let go of
/// when it returns.
public final class BodyPipe {
    private final BodyOutput sink;
    private final List<Stage> stages = new ArrayList<>(1);
    private final List<Stage> closing = new ArrayList<>(0);
    private int depth;

    /// What comes out goes to `sink`.
    public BodyPipe(BodyOutput sink) {
        this.sink = sink;
    }

    /// Whether nothing is changed.
    public boolean isEmpty() {
        return stages.isEmpty();
    }

    /// Adds a change after those that are there, and gives the way into it, past those before it.
    public BodyOutput add(BodyTransform transform) {
        var stage = new Stage(transform, stages.size());
        stages.add(stage);
        return stage;
    }

    /// Whether no more should come in for now.
    public boolean isFull() {
        for (var stage : stages) {
            if (stage.transform.isFull()) {
                return true;
            }
        }
        return false;
    }

    /// Takes a piece, which is its own from then on.
    public void piece(ByteBuf piece) {
        if (stages.isEmpty()) {
            sink.piece(piece);
        } else {
            stages.getFirst().piece(piece);
        }
    }

    /// The sender pauses.
    public void pause() {
        for (int i = 0; i < stages.size(); i++) {
            var stage = stages.get(i);
            depth++;
            stage.transform.pause(stage.next);
            leave(stage);
        }
    }

    /// The body is complete.
    public void end(HeaderLines trailers) {
        if (stages.isEmpty()) {
            sink.end(trailers);
        } else {
            stages.getFirst().end(trailers);
        }
    }

    /// Lets go of everything; it is empty then.
    public void close() {
        for (var stage : stages) {
            stage.closed = true;
        }
        if (depth == 0) {
            stages.forEach(stage -> stage.transform.close());
        } else {
            closing.addAll(stages);
        }
        stages.clear();
    }

    private void leave(Stage stage) {
        depth--;
        if (depth == 0 && stage.closed) {
            closing.forEach(left -> left.transform.close());
            closing.clear();
        }
    }

    private BodyOutput after(int index) {
        return index + 1 < stages.size() ? stages.get(index + 1) : sink;
    }

    /// One change in its place.
    private final class Stage implements BodyOutput {
        private final BodyTransform transform;
        private final BodyOutput next;
        private boolean closed;

        Stage(BodyTransform transform, int index) {
            this.transform = transform;
            this.next = new Next(this, index);
        }

        @Override
        public void piece(ByteBuf piece) {
            if (closed) {
                piece.release();
                return;
            }
            depth++;
            transform.piece(piece, next);
            leave(this);
        }

        @Override
        public void end(HeaderLines trailers) {
            if (closed) {
                return;
            }
            depth++;
            transform.end(trailers, next);
            leave(this);
        }

        @Override
        public void fault(String details) {
            next.fault(details);
        }

        @Override
        public void moved() {
            next.moved();
        }
    }

    /// What follows a change: nothing any more once it is closed.
    private final class Next implements BodyOutput {
        private final Stage stage;
        private final int index;

        Next(Stage stage, int index) {
            this.stage = stage;
            this.index = index;
        }

        @Override
        public void piece(ByteBuf piece) {
            if (stage.closed) {
                piece.release();
            } else {
                after(index).piece(piece);
            }
        }

        @Override
        public void end(HeaderLines trailers) {
            if (!stage.closed) {
                after(index).end(trailers);
            }
        }

        @Override
        public void fault(String details) {
            if (!stage.closed) {
                sink.fault(details);
            }
        }

        @Override
        public void moved() {
            if (!stage.closed) {
                sink.moved();
            }
        }
    }
}
