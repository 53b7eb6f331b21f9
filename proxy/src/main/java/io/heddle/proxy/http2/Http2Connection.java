package io.heddle.proxy.http2;

import io.heddle.traffic.runtime.Http2Options;
import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// One HTTP/2 connection, seen from either end: its streams and its life from the preface to the last frame (RFC
/// 9113). A state machine over buffers; what carries them is an [Http2Transport]. Confined to one event loop.
///
/// [Http2Inbound] reads frames and checks them, [Http2Outbound] writes them. A fault of the peer within a stream ends
/// that stream, any other the connection; nothing is thrown.
///
/// **Memory.** What the peer sends on the connection is acknowledged as it comes, so that a stalled stream never
/// holds up the others; what it sends on a stream is acknowledged as it is consumed. So what can wait here is
/// bounded by the windows of the streams: each has the one of the settings, and those that are read as fast as they
/// are filled share [#GROWTH] more. A client may open more streams than can all wait at once: when as much of its
/// requests waits as [#FULL_STREAMS] windows and the growth hold, its connection's window is acknowledged no more,
/// until less waits.
public final class Http2Connection {
    /// What all streams together may have beyond their first windows.
    static final int GROWTH = 8 * 1024 * 1024;

    /// How many streams of a client may be full before they hold up the others.
    static final int FULL_STREAMS = 100;

    private static final int KEPT_STREAMS = 32;
    private static final long DRAIN_PING = 0x6865_6464_6c65_6472L;
    private static final long KEEP_ALIVE_PING = 0x6865_6464_6c65_6b61L;

    private final boolean server;
    private final Http2Owner owner;
    private final Http2Options options;
    private final Http2Transport transport;
    private final PeerSettings peer = new PeerSettings();
    private final FloodGuard guard;
    private final Http2Outbound outbound;
    private final Http2Inbound inbound;
    private final IntObjectHashMap<Http2Stream> streams = new IntObjectHashMap<>(16);
    private final ArrayDeque<Http2Stream> free = new ArrayDeque<>();
    private final StreamNumbers numbers;
    private final Http2Stream none;
    private int growthLeft = GROWTH;
    private long waiting;
    private int prefaceLeft;
    private boolean draining;
    private boolean goingAway;
    private boolean pingAwaited;
    private boolean over;

    private Http2Connection(boolean server, Http2Transport transport, Http2Owner owner, Http2HeadLimits heads) {
        this.server = server;
        this.owner = owner;
        this.options = heads.options();
        this.transport = transport;
        this.guard = new FloodGuard(transport.now());
        this.outbound = new Http2Outbound(transport, peer, guard);
        this.numbers = new StreamNumbers(server);
        this.none = new Http2Stream(this);
        this.inbound = new Http2Inbound(this, heads);
        this.prefaceLeft = server ? Frames.PREFACE_LENGTH : 0;
    }

    /// The server's end; says its settings at once.
    public static Http2Connection server(Http2Transport transport, Http2Owner owner, Http2HeadLimits heads) {
        var connection = new Http2Connection(true, transport, owner, heads);
        connection.start(heads);
        return connection;
    }

    /// The client's end; says preface and settings at once, and may open streams then.
    public static Http2Connection client(Http2Transport transport, Http2Owner owner, Http2HeadLimits heads) {
        var connection = new Http2Connection(false, transport, owner, heads);
        connection.outbound.preface();
        connection.start(heads);
        return connection;
    }

    private void start(Http2HeadLimits heads) {
        if (server) {
            outbound.settings(
                    Frames.MAX_CONCURRENT_STREAMS,
                    options.maxConcurrentStreams(),
                    Frames.INITIAL_WINDOW_SIZE,
                    options.streamWindow(),
                    Frames.HEADER_TABLE_SIZE,
                    options.headerTableSize(),
                    Frames.MAX_HEADER_LIST_SIZE,
                    heads.maxBytes(),
                    Frames.ENABLE_CONNECT_PROTOCOL,
                    options.allowConnect() ? 1 : 0);
        } else {
            outbound.settings(
                    Frames.ENABLE_PUSH,
                    0,
                    Frames.INITIAL_WINDOW_SIZE,
                    options.streamWindow(),
                    Frames.HEADER_TABLE_SIZE,
                    options.headerTableSize(),
                    Frames.MAX_HEADER_LIST_SIZE,
                    heads.maxBytes());
        }
        int more = options.connectionWindow() - Frames.DEFAULT_WINDOW;
        if (more > 0) {
            outbound.windowUpdate(0, more);
        }
    }

    boolean server() {
        return server;
    }

    Http2Owner owner() {
        return owner;
    }

    Http2Options options() {
        return options;
    }

    PeerSettings peer() {
        return peer;
    }

    long now() {
        return transport.now();
    }

    FloodGuard guard() {
        return guard;
    }

    Http2Outbound outbound() {
        return outbound;
    }

    /// Reads what came, all of it, unless the connection ends within.
    public void read(ByteBuf in) {
        if (over || !preface(in)) {
            return;
        }
        inbound.read(in);
        if (!over && outbound.choked()) {
            fail(Http2Error.ENHANCE_YOUR_CALM, "asks for replies and does not read them");
        } else if (!over && outbound.tinyWindows()) {
            flooded(Flood.TINY_WINDOW);
        }
    }

    private boolean preface(ByteBuf in) {
        while (prefaceLeft > 0 && in.isReadable()) {
            if (in.readByte() != Frames.preface(Frames.PREFACE_LENGTH - prefaceLeft)) {
                fail(Http2Error.PROTOCOL_ERROR, "the connection does not begin with the preface");
                return false;
            }
            prefaceLeft--;
        }
        return prefaceLeft == 0;
    }

    /// Sends what was written in this turn of the event loop.
    public void flush() {
        outbound.flush();
    }

    /// The transport takes bytes again.
    public void writable() {
        outbound.pushAll();
    }

    /// How many streams are open.
    public int active() {
        return streams.size();
    }

    /// Whether the connection is over, or ending.
    public boolean over() {
        return over;
    }

    /// Whether a stream can be opened now.
    public boolean canOpen() {
        return !over && !goingAway && !draining && streams.size() < peer.maxStreams() && numbers.hasLocal();
    }

    /// Whether the peer's settings are there.
    public boolean knowsPeer() {
        return peer.known();
    }

    /// Whether the peer speaks extended CONNECT (RFC 8441).
    public boolean peerAllowsConnect() {
        return peer.extendedConnect();
    }

    /// Opens a stream to the server; only when [#canOpen].
    public Http2Stream open(Http2StreamListener listener) {
        var stream = take();
        stream.listener(listener);
        stream.open(numbers.takeLocal(), window(), peer.streamWindow());
        streams.put(stream.id(), stream);
        return stream;
    }

    private int window() {
        return Math.max(options.streamWindow(), Frames.DEFAULT_WINDOW);
    }

    /// A stream object, used before or new.
    private Http2Stream take() {
        var stream = free.pollLast();
        return stream == null ? new Http2Stream(this) : stream;
    }

    /// The peer opens a stream; it counts from [#opened] on.
    Http2Stream accept(int id) {
        var stream = take();
        stream.open(id, window(), peer.streamWindow());
        if (!stream.hasListener()) {
            stream.listener(owner.listener(stream));
        }
        return stream;
    }

    /// The head of an accepted stream is good.
    void opened(Http2Stream stream) {
        streams.put(stream.id(), stream);
    }

    /// The head of an accepted stream is not.
    void rejected(Http2Stream stream) {
        stream.closed = true;
        stream.released = true;
        recycle(stream);
    }

    /// The stream of this number; one that is not [Http2Stream#opened] when there is none.
    Http2Stream stream(int id) {
        var found = streams.get(id);
        return found == null ? none : found;
    }

    StreamNumbers numbers() {
        return numbers;
    }

    /// More window for a stream whose window is `window`, from what all share; 0 when there is none left.
    int growth(int window) {
        if (window > growthLeft) {
            return 0;
        }
        growthLeft -= window;
        return window;
    }

    /// So many bytes more wait on the streams, or fewer.
    void waits(int bytes) {
        waiting += bytes;
        if (bytes < 0 && !over) {
            inbound.credit();
        }
    }

    /// Whether the peer may send more, whatever the streams' windows allow.
    boolean hasRoom() {
        return !server || waiting < (long) FULL_STREAMS * options.streamWindow() + GROWTH;
    }

    /// Ends a stream with an error told to the peer.
    void reset(Http2Stream stream, Http2Error error) {
        boolean known = server || stream.headSent;
        if (!over && known) {
            outbound.reset(stream.id(), error);
        }
        numbers.remember(stream.id());
        stream.aborted = true;
        stream.discard();
        close(stream);
    }

    /// A fault of the peer within a stream: both sides are told.
    void fault(Http2Stream stream, Http2Error error) {
        boolean heard = stream.isHeard();
        stream.reset(error);
        if (heard) {
            stream.listener().reset(error, true);
        }
        floodOfResets();
    }

    /// A stream was given up before it was done: by the peer, or through its fault.
    void floodOfResets() {
        if (server && guard.tooMany(Flood.RESET, transport.now())) {
            flooded(Flood.RESET);
        }
    }

    /// The peer ends a stream.
    void peerReset(Http2Stream stream, Http2Error error) {
        abort(stream, error, error != Http2Error.REFUSED_STREAM);
        floodOfResets();
    }

    private void abort(Http2Stream stream, Http2Error error, boolean processed) {
        boolean heard = stream.isHeard();
        stream.aborted = true;
        stream.discard();
        close(stream);
        if (heard) {
            stream.listener().reset(error, processed);
        }
    }

    /// Both sides are done with a stream.
    void close(Http2Stream stream) {
        if (stream.closed) {
            return;
        }
        stream.closed = true;
        streams.remove(stream.id());
        outbound.forget(stream);
        growthLeft += stream.window - window();
        recycle(stream);
        owner.streamClosed();
        endIfDrained();
    }

    /// Keeps a stream's object for another one, if everybody is done with it.
    void recycle(Http2Stream stream) {
        if (!stream.closed || !stream.released || !stream.opened) {
            return;
        }
        stream.opened = false;
        stream.discard();
        if (free.size() < KEPT_STREAMS) {
            free.addLast(stream);
        } else {
            owner.discarded(stream.listener());
        }
    }

    /// Ends the connection when the streams of the peer, and those still on their way, are done: the peer is told to
    /// open no more, and what it opens until it knows is served (RFC 9113, section 6.8).
    public void drain() {
        if (draining || over) {
            return;
        }
        draining = true;
        if (server) {
            outbound.goAway(Frames.MAX_WINDOW, Http2Error.NO_ERROR, "");
            outbound.ping(false, DRAIN_PING);
        }
        endIfDrained();
    }

    /// The peer knows, or has had the time: what it opens from now on is not served.
    public void drainNow() {
        if (draining && server && !numbers.ignoresNew() && !over) {
            numbers.ignoreNew();
            outbound.goAway(numbers.lastServed(), Http2Error.NO_ERROR, "");
            endIfDrained();
        }
    }

    private void endIfDrained() {
        boolean told = !server || numbers.ignoresNew();
        if ((draining || goingAway) && told && streams.isEmpty() && !over) {
            over = true;
            outbound.flush();
            transport.close();
        }
    }

    /// Asks the peer whether it is there; [#pingAwaited] until it says so.
    public void ping() {
        if (!over) {
            pingAwaited = true;
            outbound.ping(false, KEEP_ALIVE_PING);
        }
    }

    /// Whether the peer has not answered [#ping].
    public boolean pingAwaited() {
        return pingAwaited;
    }

    /// The peer says that it has heard a PING; whether one was waiting for that.
    boolean pingAnswered(long payload) {
        if (payload == DRAIN_PING && draining && !numbers.ignoresNew()) {
            drainNow();
            return true;
        }
        boolean awaited = payload == KEEP_ALIVE_PING && pingAwaited;
        pingAwaited &= !awaited;
        return awaited;
    }

    /// The peer's first settings, or later ones.
    void settled(int windowChange) {
        outbound.encoder().limit(peer.headerTable());
        for (var stream : streams.values()) {
            stream.sendWindow += windowChange;
        }
        if (windowChange > 0) {
            for (var stream : all()) {
                outbound.push(stream);
                Http2Outbound.tellWritable(stream);
            }
        }
        owner.settled();
    }

    private List<Http2Stream> all() {
        return new ArrayList<>(streams.values());
    }

    /// Whether a stream's window would overflow by this change.
    boolean windowOverflows(int change) {
        for (var stream : streams.values()) {
            if (stream.sendWindow + change > Frames.MAX_WINDOW) {
                return true;
            }
        }
        return false;
    }

    /// The peer takes no more streams; those above `last` were not acted on.
    void peerGoesAway(int last) {
        goingAway = true;
        for (var stream : all()) {
            if (!server && stream.id() > last) {
                abort(stream, Http2Error.REFUSED_STREAM, false);
            }
        }
        owner.goingAway();
        endIfDrained();
    }

    /// Gives up streams that are answered but whose answer nobody has taken since `before`.
    public void giveUpStalled(long before) {
        for (var stream : all()) {
            if (stream.released && stream.progressAt - before < 0) {
                stream.reset(Http2Error.CANCEL);
            }
        }
    }

    void flooded(Flood flood) {
        owner.flooded(flood);
        fail(Http2Error.ENHANCE_YOUR_CALM, "flood: " + flood.text());
    }

    /// Ends the connection: the peer is told why, and every stream is over.
    public void fail(Http2Error error, String reason) {
        if (over) {
            return;
        }
        over = true;
        outbound.goAway(numbers.lastServed(), error, reason);
        outbound.flush();
        owner.failed(error, reason);
        endStreams(error);
        transport.close();
    }

    /// The transport is gone.
    public void closed() {
        over = true;
        inbound.close();
        outbound.close();
        endStreams(Http2Error.CANCEL);
    }

    private void endStreams(Http2Error error) {
        for (var stream : all()) {
            abort(stream, error, true);
        }
    }
}
