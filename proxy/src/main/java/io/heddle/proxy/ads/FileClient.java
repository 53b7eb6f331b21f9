package io.heddle.proxy.ads;

import io.heddle.xds.client.AdsConversation;
import io.heddle.xds.client.FileServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds an [AdsConversation] with files in the place of a server, on a thread of its own. Looks every second
/// whether a file has changed. Thread-safe.
final class FileClient implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FileClient.class);
    private static final long LOOK_MILLIS = 1000;

    private final FileServer files;
    private final AdsConversation conversation;
    private final ScheduledThreadPoolExecutor thread;

    private FileClient(FileServer files, AdsConversation conversation) {
        this.files = files;
        this.conversation = conversation;
        this.thread = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("config-files").daemon().factory());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /// Starts reading; returns at once.
    static FileClient start(FileServer files, AdsConversation conversation) {
        var client = new FileClient(files, conversation);
        client.submit(() -> client.say(conversation.connected()));
        var _ = client.thread.scheduleWithFixedDelay(
                client.guarded(client::look), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return client;
    }

    /// What was waited for may be there.
    void goOn() {
        submit(() -> say(conversation.tick(now())));
    }

    private void look() throws IOException {
        say(conversation.tick(now()));
        hear(files.look());
    }

    private void say(List<byte[]> requests) throws IOException {
        var open = new ArrayDeque<>(requests);
        while (!open.isEmpty()) {
            for (var response : files.answer(open.removeFirst())) {
                open.addAll(conversation.received(response, now()));
            }
        }
    }

    private void hear(List<byte[]> responses) throws IOException {
        for (var response : responses) {
            say(conversation.received(response, now()));
        }
    }

    /// Work that may meet bytes which are none of ADS: never those that are made here.
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private void submit(Work work) {
        try {
            thread.execute(guarded(work));
        } catch (RejectedExecutionException e) {
            log.atDebug().setCause(e).log("the reader of files is closed already");
        }
    }

    /// A bug in what is called from here is loud, and does not end the thread's further work.
    private Runnable guarded(Work work) {
        return () -> {
            try {
                work.run();
            } catch (IOException | RuntimeException | Error e) {
                log.atError().setCause(e).log("reading configuration from files failed");
            }
        };
    }

    private static Duration now() {
        return Duration.ofNanos(System.nanoTime());
    }

    /// Ends reading and waits for the thread to finish what it is doing, at most two seconds.
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException _) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
