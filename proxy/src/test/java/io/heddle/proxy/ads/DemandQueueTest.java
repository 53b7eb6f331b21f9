package io.heddle.proxy.ads;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.ondemand.OnDemand;
import io.heddle.xds.resource.ResourceType;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DemandQueueTest {
    private final DemandQueue queue = new DemandQueue();

    private static OnDemand.Key key(String name) {
        return new OnDemand.Key(ResourceType.CDS, name);
    }

    @Test
    void somebody_has_to_come_for_the_first_word_only() {
        assertThat(queue.ask(key("a"))).isTrue();
        assertThat(queue.ask(key("b"))).isFalse();
        assertThat(queue.take().get(ResourceType.CDS)).isEqualTo(new DemandQueue.Names(List.of("a", "b"), List.of()));
        assertThat(queue.withdraw(key("a"))).isTrue();
    }

    @Test
    void nothing_is_left_of_clients_that_ask_and_leave() {
        for (int i = 0; i < 10_000; i++) {
            queue.ask(key("host" + i));
            queue.withdraw(key("host" + i));
        }
        assertThat(queue.take()).isEmpty();
    }

    @Test
    void a_question_that_was_said_is_withdrawn_and_the_last_word_counts() {
        queue.ask(key("a"));
        queue.take();
        queue.withdraw(key("a"));
        queue.ask(key("a"));
        assertThat(queue.take().get(ResourceType.CDS)).isEqualTo(new DemandQueue.Names(List.of("a"), List.of()));
        queue.withdraw(key("a"));
        queue.ask(key("a"));
        assertThat(queue.withdraw(key("a"))).as("one word waits already").isFalse();
        assertThat(queue.take().get(ResourceType.CDS)).isEqualTo(new DemandQueue.Names(List.of(), List.of("a")));
    }
}
