package io.heddle.proxy.ondemand;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.loop.Worker;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OnDemandLimitTest {
    private static final OnDemand.Key ONE = new OnDemand.Key(ResourceType.VHDS, "routes/one");
    private static final OnDemand.Key TWO = new OnDemand.Key(ResourceType.VHDS, "routes/two");

    private final EventLoops loops = new EventLoops(1);
    private final Worker worker = loops.workers().getFirst();
    private final List<String> said = new ArrayList<>();
    private final BlockingQueue<String> told = new ArrayBlockingQueue<>(10);
    private final OnDemand questions = new OnDemand(2);

    @AfterEach
    void close() {
        loops.close();
    }

    private void listen() {
        questions.ask(new OnDemand.Source() {
            @Override
            public void ask(OnDemand.Key key) {
                said.add("ask " + key.name());
            }

            @Override
            public void withdraw(OnDemand.Key key) {
                said.add("withdraw " + key.name());
            }
        });
    }

    private DemandWait wait(String name) {
        return new DemandWait(() -> told.add(name));
    }

    @Test
    void without_anybody_to_ask_nobody_waits() {
        assertThat(questions.ask(ONE, worker, wait("a"))).isEqualTo(OnDemand.Verdict.NOBODY);
        assertThat(questions.waiting()).isZero();
    }

    @Test
    void only_so_many_wait_and_those_who_leave_make_room() {
        listen();
        var first = wait("first");
        assertThat(questions.ask(ONE, worker, first)).isEqualTo(OnDemand.Verdict.WAIT);
        assertThat(questions.ask(ONE, worker, wait("second"))).isEqualTo(OnDemand.Verdict.WAIT);
        assertThat(questions.ask(TWO, worker, wait("third"))).isEqualTo(OnDemand.Verdict.FULL);
        assertThat(questions.overflows()).isOne();
        first.cancel();
        assertThat(said).as("the other still waits").containsExactly("ask routes/one");
        assertThat(questions.ask(TWO, worker, wait("fourth"))).isEqualTo(OnDemand.Verdict.WAIT);
        assertThat(said).containsExactly("ask routes/one", "ask routes/two");
    }

    @Test
    void the_last_who_leaves_withdraws_the_question_and_hears_nothing() throws Exception {
        listen();
        var first = wait("first");
        questions.ask(ONE, worker, first);
        first.timeOut();
        assertThat(said).containsExactly("ask routes/one", "withdraw routes/one");
        assertThat(questions.timeouts()).isOne();
        questions.ask(ONE, worker, wait("second"));
        questions.answered(ResourceType.VHDS, List.of("routes/one", "routes/other"));
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("second");
        assertThat(told).isEmpty();
        assertThat(questions.waiting()).isZero();
    }

    @Test
    void an_answer_that_comes_when_a_request_has_left_is_not_taken_for_that_to_its_next_question() throws Exception {
        listen();
        var request = wait("request");
        var late = wait("late");
        worker.loop()
                .submit(() -> {
                    questions.ask(ONE, worker, request);
                    questions.answered(ResourceType.VHDS, List.of("routes/one"));
                    request.cancel();
                    questions.ask(TWO, worker, request);
                    questions.ask(ONE, worker, late);
                    questions.answered(ResourceType.VHDS, List.of("routes/one"));
                })
                .get(10, TimeUnit.SECONDS);
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("late");
        assertThat(told).isEmpty();
        assertThat(request.isWaiting()).isTrue();
    }
}
