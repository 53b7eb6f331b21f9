package io.heddle.control.ratelimit;

import io.heddle.model.limit.LimitEntry;
import io.heddle.model.limit.LimitUnit;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// How many requests came in the present window, by what they count as. Windows begin at multiples of their
/// length, as in Envoy's rate limit service, so that all that counts in one unit begins anew together. Any
/// thread.
///
/// Callers make up what is counted, so there is a most of it; counts whose window is over go when there are
/// many.
final class FixedWindows {
    private final Map<Key, Window> windows = new ConcurrentHashMap<>();
    private final AtomicLong sweptAt = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong characters = new AtomicLong();
    private final int most;
    private final long mostCharacters;

    /// At most so many counts at a time, with so many characters in what they are of.
    FixedWindows(int most, long mostCharacters) {
        this.most = most;
        this.mostCharacters = mostCharacters;
    }

    /// What has a count of its own.
    record Key(String domain, List<LimitEntry> entries, LimitUnit unit) {
        private long length() {
            long length = 0;
            for (var entry : entries) {
                length += entry.key().length() + entry.value().length();
            }
            return length;
        }
    }

    private record Window(long start, long count) {}

    /// Adds `hits` and says how many there are now; empty when there is no room for another count.
    ///
    /// @param now seconds since the epoch
    OptionalLong add(Key key, long hits, long now) {
        boolean known = windows.containsKey(key);
        if (!known && isFull() && !hasRoom(now)) {
            return OptionalLong.empty();
        }
        long start = start(key.unit(), now);
        var after = windows.compute(
                key, (_, before) -> before == null ? first(key, start, hits) : next(before, start, hits));
        return OptionalLong.of(after.count());
    }

    private static Window next(Window before, long start, long hits) {
        return new Window(start, before.start() == start ? before.count() + hits : hits);
    }

    private Window first(Key key, long start, long hits) {
        characters.addAndGet(key.length());
        return new Window(start, hits);
    }

    private boolean isFull() {
        return windows.size() >= most || characters.get() >= mostCharacters;
    }

    private boolean hasRoom(long now) {
        long last = sweptAt.get();
        if (last != now && sweptAt.compareAndSet(last, now)) {
            windows.forEach((key, window) -> sweep(key, window, now));
        }
        return !isFull();
    }

    private void sweep(Key key, Window window, long now) {
        if (window.start() != start(key.unit(), now) && windows.remove(key, window)) {
            characters.addAndGet(-key.length());
        }
    }

    private static long start(LimitUnit unit, long now) {
        return now - Math.floorMod(now, unit.seconds());
    }

    /// How many things have a count.
    int size() {
        return windows.size();
    }
}
