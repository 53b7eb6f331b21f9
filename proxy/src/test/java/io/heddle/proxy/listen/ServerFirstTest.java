package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class ServerFirstTest {
    private final ServerFirst known = new ServerFirst();

    private static InetSocketAddress place(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), port);
    }

    @Test
    void keeps_what_it_learned_until_it_is_old_or_wrong() {
        known.learn(place(25), 0);
        assertThat(known.knows(place(25), ServerFirst.KEPT_NANOS)).isTrue();
        assertThat(known.knows(place(80), 0)).isFalse();
        assertThat(known.knows(place(25), ServerFirst.KEPT_NANOS + 1)).isFalse();
        assertThat(known.knows(place(25), 0)).isFalse();
        known.learn(place(25), 0);
        known.forget(place(25));
        assertThat(known.knows(place(25), 0)).isFalse();
    }

    @Test
    void is_bounded_and_drops_what_was_not_asked_for_longest() {
        for (int port = 1; port <= ServerFirst.MOST; port++) {
            known.learn(place(port), 0);
        }
        assertThat(known.knows(place(1), 0)).isTrue();
        known.learn(place(9999), 0);
        assertThat(known.knows(place(1), 0)).isTrue();
        assertThat(known.knows(place(2), 0)).isFalse();
    }
}
