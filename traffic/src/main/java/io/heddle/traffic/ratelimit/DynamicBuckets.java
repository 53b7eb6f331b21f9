package io.heddle.traffic.ratelimit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// The buckets of a limit whose descriptor leaves values open: one for each combination of values that requests bring,
/// at most so many. Any thread, without locks.
///
/// When there are too many, those that are full go first, as they are as good as new ones; if that is not enough, those
/// that were not asked for the longest. So nobody gets tokens back by making up values as long as `most` is more
/// than there are in use. Of very long values only a digest is kept (SHA-256), so that requests cannot fill memory, and
/// nobody can find others that share their bucket.
final class DynamicBuckets {
    private static final int LONGEST = 1024;
    private static final int PART = 16;

    private final List<DescriptorEntry> pattern;
    private final LocalLimits.Rate rate;
    private final int most;
    private final Map<List<DescriptorEntry>, Kept> buckets = new ConcurrentHashMap<>();
    private final AtomicBoolean sweeping = new AtomicBoolean();

    /// A bucket, and when it was asked last.
    private static final class Kept {
        private final TokenBucket bucket;
        private volatile long asked;

        private Kept(TokenBucket bucket) {
            this.bucket = bucket;
        }
    }

    /// @param most how many there are at most, 1 or more
    DynamicBuckets(LocalLimits.OfDescriptor limit, int most) {
        this.pattern = limit.entries();
        this.rate = limit.rate();
        this.most = most;
    }

    /// Whether a request with this descriptor is counted here.
    boolean fits(List<DescriptorEntry> entries) {
        if (entries.size() != pattern.size()) {
            return false;
        }
        for (int i = 0; i < entries.size(); i++) {
            var wanted = pattern.get(i);
            var entry = entries.get(i);
            if (!wanted.key().equals(entry.key())
                    || !(wanted.isOpen() || wanted.value().equals(entry.value()))) {
                return false;
            }
        }
        return true;
    }

    /// The bucket of a descriptor that fits.
    TokenBucket of(List<DescriptorEntry> entries, long now) {
        var key = length(entries) > LONGEST ? digest(entries) : entries;
        var kept = buckets.get(key);
        if (kept == null) {
            makeRoom(now);
            kept = buckets.computeIfAbsent(key, _ -> new Kept(new TokenBucket(rate)));
        }
        kept.asked = now;
        return kept.bucket;
    }

    private static int length(List<DescriptorEntry> entries) {
        int length = 0;
        for (int i = 0; i < entries.size(); i++) {
            length += entries.get(i).value().length();
        }
        return length;
    }

    /// Stands for these values. No descriptor is like it, as none has an entry without a key.
    private static List<DescriptorEntry> digest(List<DescriptorEntry> entries) {
        var sha = sha256();
        for (var entry : entries) {
            // How long each is, so that none goes over into the next one.
            sha.update((entry.value().length() + ":").getBytes(StandardCharsets.US_ASCII));
            sha.update(entry.value().getBytes(StandardCharsets.UTF_8));
        }
        return List.of(new DescriptorEntry("", HexFormat.of().formatHex(sha.digest())));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private void makeRoom(long now) {
        if (buckets.size() < most || !sweeping.compareAndSet(false, true)) {
            return;
        }
        try {
            buckets.values().removeIf(kept -> kept.bucket.isFull(now));
            int more = buckets.size() - most + Math.max(1, most / PART);
            if (buckets.size() >= most) {
                // Sorted by what was read once: requests go on asking meanwhile.
                buckets.entrySet().stream()
                        .map(kept -> Map.entry(kept.getValue().asked - now, kept.getKey()))
                        .sorted(Map.Entry.comparingByKey())
                        .limit(more)
                        .forEach(kept -> buckets.remove(kept.getValue()));
            }
        } finally {
            sweeping.set(false);
        }
    }

    boolean isFull(long now) {
        return buckets.values().stream().allMatch(kept -> kept.bucket.isFull(now));
    }

    /// How many characters the values have that are kept.
    int characters() {
        return buckets.keySet().stream().mapToInt(DynamicBuckets::length).sum();
    }

    /// How many there are.
    int size() {
        return buckets.size();
    }
}
