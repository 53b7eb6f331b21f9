package io.heddle.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class ByStatusTest {
    private final ByStatus<LongAdder> counts = new ByStatus<>(LongAdder::new);

    @Test
    void a_status_always_finds_what_is_its_own() {
        var first = counts.of(200);
        for (int status = 100; status <= 599; status++) {
            counts.of(status).increment();
        }
        assertThat(counts.of(200)).isSameAs(first);
        var seen = new ArrayList<Integer>();
        counts.forEach((count, status) -> {
            assertThat(count.sum()).isEqualTo(1);
            seen.add(status);
        });
        assertThat(seen).hasSize(500).doesNotHaveDuplicates().startsWith(200, 100, 101);
    }

    @Test
    void threads_that_meet_a_status_together_count_in_one_place() throws Exception {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 100; round++) {
                    for (int status = 0; status < 100; status++) {
                        counts.of(status).increment();
                    }
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        var sums = new TreeMap<Integer, Long>();
        counts.forEach((count, status) -> sums.merge(status, count.sum(), Long::sum));
        assertThat(sums).hasSize(100).allSatisfy((_, sum) -> assertThat(sum).isEqualTo(400));
    }
}
