package io.heddle.proxy.loop;

import io.heddle.proxy.config.ActiveRuntime;
import io.heddle.proxy.http.EditedLines;
import io.heddle.proxy.http1.HeadWriter;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/// All that belongs to one event loop. Used on that loop only, except for [#loop] and [#index].
public final class Worker {
    private static final long WALL_CLOCK_EVERY = 1_000_000_000L;
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

    private final int index;
    private final EventLoop loop;
    private final ActiveRuntime runtime;
    private final AtomicLong connections;
    private final Deadlines deadlines;
    private final Bursts bursts;
    private final HeadWriter headWriter = new HeadWriter();
    private final EditedLines editedLines = new EditedLines();
    private final SplittableRandom random = new SplittableRandom();
    private long spread = random.nextLong();
    private long now = System.nanoTime();
    private long wallReadAt = now;
    private long wallMillis = System.currentTimeMillis();
    private long dateSecond = -1;
    private String date = "";

    Worker(int index, EventLoop loop, ActiveRuntime runtime, AtomicLong connections) {
        this.index = index;
        this.loop = loop;
        this.runtime = runtime;
        this.connections = connections;
        this.deadlines = new Deadlines(loop);
        this.bursts = new Bursts(loop);
    }

    /// Which of the loops, from 0.
    public int index() {
        return index;
    }

    public EventLoop loop() {
        return loop;
    }

    /// The loop's timers.
    public Deadlines deadlines() {
        return deadlines;
    }

    /// Has `deadline` come after `wait`, counted from when the current event began; never after zero.
    public void after(Deadline deadline, Duration wait) {
        if (wait.isZero()) {
            deadlines.clear(deadline);
        } else {
            deadlines.set(deadline, now + wait.toNanos());
        }
    }

    /// The loop's writer of heads; whoever starts a head finishes it before returning.
    public HeadWriter headWriter() {
        return headWriter;
    }

    /// The loop's header lines in the making; whoever starts them has them written before returning.
    public EditedLines editedLines() {
        return editedLines;
    }

    /// What overrides shares, flags and numbers of the configuration now.
    public RuntimeSnapshot runtime() {
        return runtime.current();
    }

    /// The number of a new connection: from 0, and of no other connection of these loops.
    public long connectionId() {
        return connections.getAndIncrement();
    }

    /// A number drawn evenly.
    public long chance() {
        return random.nextLong();
    }

    /// The next number of a sequence that covers the range as evenly as can be at every length (multiples of the golden
    /// ratio), so that a weighted split keeps to its weights from the first requests on. Its upper bits count.
    public long spread() {
        spread += GOLDEN_RATIO;
        return spread;
    }

    /// Does `work` when the loop has nothing more to read, or has put it off long enough.
    public void atEndOfBurst(Runnable work) {
        bursts.atEnd(work);
    }

    /// Reads the monotonic clock; once for each event, before anything is stamped.
    public long tick() {
        bursts.event();
        now = System.nanoTime();
        return now;
    }

    /// The monotonic clock when the current event began.
    public long now() {
        return now;
    }

    /// The wall clock at [#now], milliseconds since the epoch.
    public long nowMillis() {
        long since = now - wallReadAt;
        if (since > WALL_CLOCK_EVERY) {
            wallReadAt = now;
            wallMillis = System.currentTimeMillis();
            return wallMillis;
        }
        return wallMillis + since / 1_000_000;
    }

    /// The time of this run of the loop as an HTTP date (RFC 9110, section 5.6.7), written once a second.
    public String date() {
        long second = nowMillis() / 1000;
        if (second != dateSecond) {
            dateSecond = second;
            date = DATE.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC));
        }
        return date;
    }
}
