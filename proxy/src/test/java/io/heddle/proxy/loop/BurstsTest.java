package io.heddle.proxy.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.SingleThreadEventLoop;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BurstsTest {
    private final EventLoops loops = new EventLoops(1);
    private final SingleThreadEventLoop loop =
            (SingleThreadEventLoop) loops.workers().getFirst().loop();
    private final Bursts bursts = new Bursts(loop);
    private final List<String> done = new CopyOnWriteArrayList<>();
    private int turn = 1; // of the loop

    @AfterEach
    void end() {
        loops.close();
    }

    @Test
    void the_work_of_a_lone_event_is_done_in_its_turn() {
        run(() -> {
            events(1);
            bursts.atEnd(work("flush"));
        });
        awaitDone("flush in turn 1");
    }

    @Test
    void the_work_of_a_busy_turn_waits_for_a_turn_that_brings_nothing_more() {
        run(() -> {
            events(1);
            bursts.atEnd(work("first"));
            events(1);
            nextTurn(() -> {
                events(1);
                bursts.atEnd(work("second"));
                nextTurn(() -> {});
            });
        });
        awaitDone("first in turn 3", "second in turn 3");
    }

    @Test
    void a_loop_that_is_never_quiet_does_its_work_after_so_many_turns() {
        run(() -> {
            events(1);
            bursts.atEnd(work("flush"));
            busyTurns(10);
        });
        awaitDone("flush in turn " + Bursts.MOST_TURNS);
    }

    @Test
    void work_may_ask_for_more_work() {
        run(() -> {
            events(1);
            bursts.atEnd(() -> {
                done.add("first");
                bursts.atEnd(work("second"));
            });
        });
        awaitDone("first", "second in turn 1");
    }

    @Test
    void work_that_throws_keeps_no_other_work_from_being_done() {
        run(() -> {
            events(1);
            bursts.atEnd(() -> {
                throw new IllegalStateException("a bug, for a test");
            });
            bursts.atEnd(work("second"));
        });
        awaitDone("second in turn 1");
        run(() -> {
            events(1);
            bursts.atEnd(work("third"));
        });
        awaitDone("second in turn 1", "third in turn 1");
    }

    private void busyTurns(int left) {
        events(1);
        if (left > 0) {
            nextTurn(() -> busyTurns(left - 1));
        }
    }

    private void events(int count) {
        for (int i = 0; i < count; i++) {
            bursts.event();
        }
    }

    private Runnable work(String name) {
        return () -> done.add(name + " in turn " + turn);
    }

    /// As if the loop read in its next turn, before the work that waits for it.
    private void nextTurn(Runnable reading) {
        loop.executeAfterEventLoopIteration(() -> {
            loop.execute(() -> {
                turn++;
                reading.run();
            });
        });
    }

    private void run(Runnable reading) {
        loop.execute(reading);
    }

    private void awaitDone(String... expected) {
        await().untilAsserted(() -> assertThat(done).containsExactly(expected));
    }
}
