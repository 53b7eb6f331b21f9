package io.heddle.traffic.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    private static TokenBucket bucket(long most, long added, Duration interval) {
        return new TokenBucket(new LocalLimits.Rate(most, added, interval));
    }

    private static int taken(TokenBucket bucket, long now) {
        int taken = 0;
        while (bucket.take(now)) {
            taken++;
        }
        return taken;
    }

    @Test
    void begins_full_and_fills_evenly_up_to_the_most() {
        for (long start : new long[] {0, 12_345, 40_000_000L * SECOND + 1, -7 * SECOND}) {
            var bucket = bucket(10, 5, Duration.ofSeconds(1));
            assertThat(bucket.left(start)).isEqualTo(10);
            assertThat(taken(bucket, start)).isEqualTo(10);
            assertThat(bucket.left(start)).isZero();
            assertThat(taken(bucket, start + SECOND / 10)).isZero();
            assertThat(taken(bucket, start + SECOND / 5)).isEqualTo(1);
            assertThat(taken(bucket, start + SECOND)).isEqualTo(4);
            assertThat(taken(bucket, start + 100 * SECOND)).isEqualTo(10);
        }
    }

    @Test
    void gives_as_many_as_there_are_and_no_more_than_are_wanted() {
        var bucket = bucket(100 * 1024, 100 * 1024, Duration.ofSeconds(1));
        assertThat(bucket.takeUpTo(40 * 1024, 0)).isEqualTo(40 * 1024);
        assertThat(bucket.takeUpTo(100 * 1024, 0)).isEqualTo(60 * 1024);
        assertThat(bucket.takeUpTo(1, 0)).isZero();
        assertThat(bucket.takeUpTo(100 * 1024, SECOND / 20)).isBetween(5119L, 5120L);
        assertThat(bucket.takeUpTo(1 << 30, 100 * SECOND)).isEqualTo(100 * 1024);
    }

    @Test
    void says_when_the_next_token_comes() {
        var bucket = bucket(1, 1, Duration.ofSeconds(60));
        assertThat(bucket.secondsToNext(0)).isZero();
        assertThat(bucket.take(0)).isTrue();
        assertThat(bucket.secondsToNext(0)).isEqualTo(60);
        assertThat(bucket.secondsToNext(SECOND / 2)).isEqualTo(60);
        assertThat(bucket.secondsToNext(59 * SECOND)).isEqualTo(1);
        assertThat(bucket.secondsToNext(60 * SECOND)).isZero();
    }

    @Test
    void many_threads_take_no_token_twice() throws Exception {
        var bucket = bucket(100_000, 1, Duration.ofHours(1));
        try (var threads = Executors.newFixedThreadPool(4)) {
            Callable<Integer> all = () -> taken(bucket, SECOND);
            int sum = 0;
            for (var done : threads.invokeAll(List.of(all, all, all, all))) {
                sum += done.get();
            }
            assertThat(sum).isEqualTo(100_000);
        }
    }

    private static LocalLimits limits(String place) {
        return new LocalLimits(place, Optional.of(new LocalLimits.Rate(1, 1, Duration.ofSeconds(1))), List.of());
    }

    @Test
    void only_full_buckets_are_dropped_when_there_are_many() {
        var buckets = new LimitBuckets();
        assertThat(buckets.of(limits("empty"), 0).take(List.of(), true, 0).allowed())
                .isTrue();
        for (int i = 0; i < 5000; i++) {
            buckets.of(limits("place " + i), 0);
        }
        assertThat(buckets.size()).isLessThan(1500);
        assertThat(buckets.of(limits("empty"), 0).take(List.of(), true, 0).allowed())
                .isFalse();
    }

    @Test
    void a_request_beyond_its_own_limit_takes_nothing_from_what_others_share() {
        var all = new Descriptor(List.of(new DescriptorEntry("generic_key", "all")));
        var ann = new Descriptor(List.of(new DescriptorEntry("user", "ann")));
        var limits = new LocalLimits(
                "place",
                Optional.empty(),
                List.of(
                        new LocalLimits.OfDescriptor(all.entries(), new LocalLimits.Rate(3, 3, Duration.ofSeconds(1))),
                        new LocalLimits.OfDescriptor(
                                ann.entries(), new LocalLimits.Rate(1, 1, Duration.ofMinutes(1)))));
        var buckets = new LimitBuckets().of(limits, 0);
        assertThat(buckets.take(List.of(all, ann), false, 0).allowed()).isTrue();
        for (int i = 0; i < 10; i++) {
            assertThat(buckets.take(List.of(all, ann), false, 0).allowed()).isFalse();
        }
        assertThat(buckets.take(List.of(all, all), false, 0).allowed())
                .as("once each")
                .isTrue();
        assertThat(buckets.take(List.of(all), false, 0).allowed()).isTrue();
        assertThat(buckets.take(List.of(all), false, 0).allowed()).isFalse();
    }

    @Test
    void a_request_can_count_as_many_or_as_none() {
        var entries = List.of(new DescriptorEntry("user", "ann"));
        var limits = new LocalLimits(
                "place",
                Optional.empty(),
                List.of(new LocalLimits.OfDescriptor(entries, new LocalLimits.Rate(5, 5, Duration.ofMinutes(1)))));
        var buckets = new LimitBuckets().of(limits, 0);
        var three = new Descriptor(entries, OptionalLong.of(3));
        assertThat(buckets.take(List.of(three), false, 0).allowed()).isTrue();
        assertThat(buckets.take(List.of(three), false, 0).allowed()).isFalse();
        var two = new Descriptor(entries, OptionalLong.of(2));
        assertThat(buckets.take(List.of(two), false, 0).allowed()).isTrue();
        assertThat(buckets.take(List.of(new Descriptor(entries)), false, 0).allowed())
                .isFalse();
        assertThat(buckets.take(List.of(new Descriptor(entries, OptionalLong.of(0))), false, 0)
                        .allowed())
                .isTrue();
    }

    private static LocalLimits each(int most) {
        var open = List.of(new DescriptorEntry("generic_key", "all"), new DescriptorEntry("user", ""));
        var root = List.of(new DescriptorEntry("generic_key", "all"), new DescriptorEntry("user", "root"));
        return new LocalLimits(
                "place",
                Optional.empty(),
                List.of(
                        new LocalLimits.OfDescriptor(open, new LocalLimits.Rate(1, 1, Duration.ofSeconds(1))),
                        new LocalLimits.OfDescriptor(root, new LocalLimits.Rate(2, 1, Duration.ofSeconds(1)))),
                most);
    }

    private static boolean passes(TokenBuckets buckets, String user, long now) {
        var entries = List.of(new DescriptorEntry("generic_key", "all"), new DescriptorEntry("user", user));
        return buckets.take(List.of(new Descriptor(entries)), false, now).allowed();
    }

    @Test
    void each_value_that_a_limit_leaves_open_has_a_bucket_of_its_own() {
        var buckets = new LimitBuckets().of(each(20), 0);
        assertThat(passes(buckets, "ann", 0)).isTrue();
        assertThat(passes(buckets, "ann", 0)).isFalse();
        assertThat(passes(buckets, "bob", 0)).isTrue();
        assertThat(passes(buckets, "root", 0)).isTrue();
        assertThat(passes(buckets, "root", 0)).as("the limit that names it").isTrue();
        assertThat(passes(buckets, "root", 0)).isFalse();
        var other = List.of(new DescriptorEntry("user", "ann"));
        assertThat(buckets.take(List.of(new Descriptor(other)), false, 0).tightest())
                .as("not the whole descriptor")
                .isEmpty();
    }

    @Test
    void a_request_with_two_values_takes_from_both_their_buckets() {
        var buckets = new LimitBuckets().of(each(20), 0);
        var all = new DescriptorEntry("generic_key", "all");
        var ann = new Descriptor(List.of(all, new DescriptorEntry("user", "ann")));
        var bob = new Descriptor(List.of(all, new DescriptorEntry("user", "bob")));
        assertThat(buckets.take(List.of(ann, bob), false, 0).allowed()).isTrue();
        assertThat(passes(buckets, "ann", 0)).isFalse();
        assertThat(passes(buckets, "bob", 0)).isFalse();
    }

    @Test
    void made_up_values_take_no_more_room_than_there_is_and_give_nobody_tokens_back_who_keeps_asking() {
        long second = Duration.ofSeconds(1).toNanos();
        var dynamic = new DynamicBuckets(each(64).descriptors().getFirst(), 64);
        var ann = List.of(new DescriptorEntry("generic_key", "all"), new DescriptorEntry("user", "ann"));
        assertThat(dynamic.of(ann, 0).take(0)).isTrue();
        for (int i = 0; i < 10_000; i++) {
            var made = List.of(new DescriptorEntry("generic_key", "all"), new DescriptorEntry("user", "u" + i));
            dynamic.of(made, i).take(i);
            assertThat(dynamic.of(ann, i).left(i)).isZero();
            assertThat(dynamic.size()).isLessThanOrEqualTo(64);
        }
        var last = List.of(new DescriptorEntry("generic_key", "all"), new DescriptorEntry("user", "last"));
        dynamic.of(last, 10 * second);
        assertThat(dynamic.size()).as("full buckets go").isLessThanOrEqualTo(64);
    }

    @Test
    void very_long_values_have_buckets_of_their_own_and_take_little_room() {
        var buckets = new LimitBuckets().of(each(20), 0);
        assertThat(passes(buckets, "a".repeat(5000), 0)).isTrue();
        assertThat(passes(buckets, "a".repeat(5000), 0)).isFalse();
        assertThat(passes(buckets, "a".repeat(4999) + "b", 0)).as("another's").isTrue();
        assertThat(passes(buckets, "a".repeat(1024), 0)).isTrue();
        assertThat(passes(buckets, "a".repeat(1025), 0)).isTrue();
        var two = List.of(new DescriptorEntry("a", ""), new DescriptorEntry("b", ""));
        var rate = new LocalLimits.Rate(1, 1, Duration.ofSeconds(1));
        var dynamic = new DynamicBuckets(new LocalLimits.OfDescriptor(two, rate), 64);
        for (int i = 0; i <= 4000; i++) {
            var split =
                    List.of(new DescriptorEntry("a", "x".repeat(i)), new DescriptorEntry("b", "x".repeat(4000 - i)));
            assertThat(dynamic.of(split, i).take(i)).as("split at %d", i).isTrue();
            assertThat(dynamic.size()).isLessThanOrEqualTo(64);
        }
        assertThat(dynamic.characters()).isLessThanOrEqualTo(64 * 64);
    }
}
