package io.heddle.control.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PushQueueTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void keeps_at_most_one_push_waiting_and_one_running_for_a_proxy() throws Exception {
        var running = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var pushes = new AtomicInteger();
        Runnable push = () -> {
            pushes.incrementAndGet();
            running.countDown();
            awaitUninterrupted(release);
        };
        try (var queue = new PushQueue()) {
            queue.request("a", push);
            running.await();
            for (int i = 0; i < 100; i++) {
                queue.request("a", push);
            }
            release.countDown();
            await().atMost(LONG).until(() -> pushes.get() == 2);
            var another = new CountDownLatch(1);
            queue.request("a", another::countDown);
            another.await();
            assertThat(pushes).hasValue(2);
        }
    }

    @Test
    void goes_on_after_a_push_that_failed() throws Exception {
        var done = new CountDownLatch(1);
        try (var queue = new PushQueue()) {
            queue.request("a", () -> {
                throw new IllegalStateException("on purpose");
            });
            await().atMost(LONG).until(() -> {
                queue.request("a", done::countDown);
                return done.getCount() == 0;
            });
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
