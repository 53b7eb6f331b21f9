package io.heddle.proxy.ads;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartOrderTest {
    private final StartOrder order = new StartOrder();
    private final List<String> begun = new ArrayList<>();

    private void connect() {
        order.connect(() -> begun.add("client"));
    }

    @Test
    void a_client_that_could_begin_while_the_copy_is_made_live_goes_on_from_that() {
        assertThat(order.beginRestoring(true)).isTrue();
        connect();
        assertThat(begun).isEmpty();
        begun.add("copy");
        order.restored();
        assertThat(begun).containsExactly("copy", "client");
        assertThat(order.isUnconnected()).isFalse();
        order.restored();
        assertThat(begun).as("once").hasSize(2);
    }

    @Test
    void once_there_is_a_client_its_thread_alone_may_use_the_copy() {
        assertThat(order.isUnconnected()).isTrue();
        connect();
        assertThat(order.beginRestoring(true)).as("it got ready too late").isFalse();
        assertThat(order.mayRestore()).as("which costs nothing").isTrue();
        assertThat(order.beginRestoring(false)).isTrue();
        order.restored();
        assertThat(order.beginRestoring(false)).as("once").isFalse();
    }

    @Test
    void a_proxy_that_is_not_taken_does_not_use_the_copy_until_it_is() {
        connect();
        order.refused();
        assertThat(order.beginRestoring(false)).isFalse();
        order.taken();
        assertThat(order.beginRestoring(false)).isTrue();
    }

    @Test
    void a_copy_that_is_not_there_is_not_looked_for_again() {
        order.nothingToRestore();
        assertThat(order.mayRestore()).isFalse();
    }

    @Test
    void nothing_begins_after_the_end() {
        assertThat(order.beginRestoring(true)).isTrue();
        connect();
        order.close();
        order.restored();
        connect();
        assertThat(begun).isEmpty();
        assertThat(order.beginRestoring(true)).isFalse();
        assertThat(new StartOrder().beginRestoring(true)).isTrue();
    }
}
