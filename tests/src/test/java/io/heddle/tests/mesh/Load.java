package io.heddle.tests.mesh;

import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// One caller that asks again and again, and remembers every answer that was not 200.
final class Load implements AutoCloseable {
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger answers = new AtomicInteger();
    private final Thread caller;
    private volatile boolean running = true;

    private Load(Supplier<HttpResponse<String>> call) {
        caller = Thread.ofPlatform().name("load").start(() -> {
            while (running) {
                ask(call);
            }
        });
    }

    /// Starts asking.
    static Load start(Supplier<HttpResponse<String>> call) {
        return new Load(call);
    }

    private void ask(Supplier<HttpResponse<String>> call) {
        try {
            var response = call.get();
            if (response.statusCode() == 200) {
                answers.incrementAndGet();
            } else {
                failures.add(response.statusCode() + " " + response.body());
            }
        } catch (RuntimeException e) {
            failures.add(e.toString());
        }
    }

    /// Waits for so many more good answers.
    void awaitAnswers(int more) {
        int goal = answers.get() + more;
        await().atMost(Duration.ofSeconds(60)).until(() -> answers.get() >= goal || failures.size() > 1000);
    }

    /// Every answer that was not 200.
    List<String> failures() {
        return failures;
    }

    @Override
    public void close() {
        running = false;
        try {
            caller.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
