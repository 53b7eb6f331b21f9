package io.heddle.control.push;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Pushes that wait to be made: at most one waiting and one running for each proxy, on virtual threads.
///
/// A push always works on what is newest when it begins, so one waiting push stands for any number of changes. Only as
/// many run at once as there are processors, since a push computes.
final class PushQueue implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PushQueue.class);

    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("push-", 0).factory());
    private final Semaphore running =
            new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()));
    private final Map<Object, State> states = new ConcurrentHashMap<>();

    private enum State {
        /// A worker runs, or is about to.
        RUNNING,
        /// A worker runs, and another push waits.
        RUNNING_AND_WAITING
    }

    /// Asks for `push`; when one for the same `key` waits already, that one is enough.
    void request(Object key, Runnable push) {
        var now = states.merge(key, State.RUNNING, (_, _) -> State.RUNNING_AND_WAITING);
        if (now == State.RUNNING) {
            threads.execute(() -> work(key, push));
        }
    }

    private void work(Object key, Runnable push) {
        boolean more = true;
        while (more) {
            running.acquireUninterruptibly();
            try {
                push.run();
            } catch (RuntimeException e) {
                log.atError().setCause(e).addKeyValue("proxy", key).log("a push failed");
            } finally {
                running.release();
            }
            more = states.computeIfPresent(key, (_, state) -> state == State.RUNNING_AND_WAITING ? State.RUNNING : null)
                    != null;
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
