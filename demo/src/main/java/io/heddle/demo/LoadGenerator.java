package io.heddle.demo;

import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/// The load generator: visits to `web` at a fixed rate, whether or not earlier ones are answered, each answer checked.
///
/// An application itself: `GET /stats` answers the figures, `POST /rate` with `{"rate":50}` sets visits a second;
/// 0 stops; `POST /check` makes one visit of each kind, one after the other, and counts none. A visit that finds 2,000
/// others waiting counts as lost.
final class LoadGenerator implements App {
    /// The largest rate, in visits a second.
    static final int FASTEST = 10_000;

    private static final int KINDS_OF_VISITS = 10;
    private static final int MOST_WAITING = 2_000;
    private static final long IDLE_NANOS = 20_000_000;

    private final Downstream shop;
    private final LoadFigures figures = new LoadFigures();
    private volatile int rate;

    private LoadGenerator(Downstream shop, int rate) {
        this.shop = shop;
        this.rate = rate;
    }

    /// A generator whose clock is running on a daemon thread.
    static LoadGenerator start(Downstream shop, int rate) {
        var generator = new LoadGenerator(shop, rate);
        Thread.ofPlatform().daemon().name("load").start(generator::run);
        return generator;
    }

    @Override
    public Answer answer(Call call) {
        if (call.is("GET", "/stats")) {
            return Answer.ok(figures.fields());
        }
        if (call.is("POST", "/rate")) {
            if (!(Json.object(call.body()).get("rate") instanceof Long wanted) || wanted < 0 || wanted > FASTEST) {
                throw new IllegalArgumentException("rate must be a whole number from 0 to " + FASTEST);
            }
            rate = wanted.intValue();
            return Answer.ok(Map.of("rate", wanted));
        }
        if (call.is("POST", "/check")) {
            return check();
        }
        return Answer.notFound(call.method() + " " + call.path());
    }

    private Answer check() {
        for (long visit = 0; visit < KINDS_OF_VISITS; visit++) {
            try {
                Shopper.number(visit).visit(shop, trace());
            } catch (DownstreamFailure failure) {
                return Answer.ok(Map.of("visits", visit + 1, "failed", failure.detail()));
            }
        }
        return Answer.ok(Map.of("visits", (long) KINDS_OF_VISITS, "failed", ""));
    }

    private void run() {
        long due = System.nanoTime();
        long visit = 0;
        while (true) {
            int now = rate;
            if (now == 0) {
                LockSupport.parkNanos(IDLE_NANOS);
                due = System.nanoTime();
                continue;
            }
            long wait = due - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(Math.min(wait, IDLE_NANOS));
                continue;
            }
            launch(Shopper.number(visit++), due);
            due += 1_000_000_000L / now;
        }
    }

    /// Sends one visit; its duration counts from when it was due, so that a late start does not look fast.
    private void launch(Shopper shopper, long due) {
        boolean crowded = figures.waiting() >= MOST_WAITING;
        figures.sent();
        if (crowded) {
            figures.lost(MOST_WAITING + " requests are waiting already");
            return;
        }
        Thread.ofVirtual().start(() -> {
            try {
                figures.answered(shopper.visit(shop, trace()), System.nanoTime() - due);
            } catch (DownstreamFailure failure) {
                figures.lost(failure.detail());
            } catch (RuntimeException e) {
                figures.lost(e.toString());
            }
        });
    }

    private static Map<String, String> trace() {
        var random = ThreadLocalRandom.current();
        return Map.of("x-request-id", new java.util.UUID(random.nextLong(), random.nextLong()).toString());
    }
}
