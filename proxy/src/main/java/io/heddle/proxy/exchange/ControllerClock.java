package io.heddle.proxy.exchange;

import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.resilience.Controllers;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The clock by which the controllers of filters compute what is due, so that no request does. It stands still until
/// there is one.
public final class ControllerClock {
    private static final long MILLIS = 10;

    private ControllerClock() {}

    /// What starts it on the event loop of `worker`; it ends with the loop.
    public static Consumer<Controllers> on(Worker worker) {
        return controllers -> {
            var _ = worker.loop()
                    .scheduleWithFixedDelay(
                            () -> controllers.look(
                                    System.nanoTime(),
                                    ThreadLocalRandom.current().nextLong()),
                            MILLIS,
                            MILLIS,
                            TimeUnit.MILLISECONDS);
        };
    }
}
