package io.heddle.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HeapWatchTest {
    private static final long MB = 1024 * 1024;

    @Test
    void a_collection_is_due_when_more_than_half_may_be_garbage_and_not_for_a_few_megabytes() {
        var watch = new HeapWatch();
        watch.collected(30 * MB);
        assertThat(watch.isDue(30 * MB)).isFalse();
        assertThat(watch.isDue(76 * MB)).isFalse();
        assertThat(watch.isDue(77 * MB)).isTrue();
        watch.collected(60 * MB);
        assertThat(watch.isDue(77 * MB)).as("a mesh that has grown").isFalse();
    }
}
