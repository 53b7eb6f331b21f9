package io.heddle.proxy.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    @Test
    void a_timer_that_fails_does_not_stop_the_others() throws Exception {
        var rang = new CountDownLatch(1);
        try (var loops = new EventLoops(1)) {
            var worker = loops.workers().getFirst();
            var bad = new Deadline(() -> {
                throw new IllegalStateException("a bug");
            });
            var good = new Deadline(rang::countDown);
            worker.loop()
                    .submit(() -> {
                        long now = System.nanoTime();
                        worker.deadlines().set(bad, now);
                        worker.deadlines().set(good, now + 1_000);
                    })
                    .get();
            assertThat(rang.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }
}
