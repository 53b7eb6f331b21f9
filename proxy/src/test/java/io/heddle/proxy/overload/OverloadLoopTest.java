package io.heddle.proxy.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.heddle.traffic.resilience.OverloadPolicy;
import io.heddle.traffic.resilience.OverloadPolicy.Action;
import io.heddle.traffic.resilience.OverloadPolicy.Resource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class OverloadLoopTest {
    private static final int FAILURES = 3;
    private static final OverloadPolicy POLICY = new OverloadPolicy(
            Duration.ofMillis(2),
            Optional.of(10L),
            Map.of(),
            List.of(new OverloadPolicy.Reaction(
                    Action.STOP_ACCEPTING_REQUESTS,
                    List.of(new OverloadPolicy.Trigger.Threshold(Resource.CONNECTIONS, 0.9)))));

    private final Overload overload = new Overload();
    private final AtomicInteger looks = new AtomicInteger();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(OverloadLoop.class);
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().equals(Level.ERROR)) {
                errors.add(event.getMessage());
            }
        }
    };

    @BeforeEach
    void listen() {
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(appender);
    }

    @Test
    void a_look_that_runs_out_of_memory_is_followed_by_others() {
        outlives(() -> {
            throw new OutOfMemoryError("in a test");
        });
    }

    @Test
    void a_look_that_meets_a_bug_is_followed_by_others() {
        outlives(() -> {
            throw new IllegalStateException("in a test");
        });
    }

    /// Begins with looks that fail as `failing`, then sees a full proxy.
    private void outlives(LongSupplier failing) {
        LongSupplier connections = () -> looks.incrementAndGet() <= FAILURES ? failing.getAsLong() : 10;
        try (var _ = OverloadLoop.start(POLICY, overload, connections, _ -> {})) {
            await().until(() -> overload.isSaturated(Action.STOP_ACCEPTING_REQUESTS));
        }
        assertThat(errors).as("errors logged of %s failures", FAILURES).hasSize(1);
    }
}
