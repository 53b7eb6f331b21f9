package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ListenersTest {
    private final RuntimeConfig one = RunningProxy.config(1);
    private final Listener in = Objects.requireNonNull(one.listeners().get("in"));

    private RuntimeConfig with(Listener other) {
        return new RuntimeConfig(Map.of("in", in, "other", other), Map.of(), one.clusters(), Map.of(), Map.of());
    }

    @Test
    void reports_an_address_in_use_and_opens_the_others() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var proxy = new RunningProxy(
                        with(new Listener("other", "127.0.0.1", taken.getLocalPort(), false, in.chains())))) {
            assertThat(proxy.listeners.addresses()).containsOnlyKeys("in");
            assertThat(proxy.listeners.problems())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.object()).isEqualTo("Listener other"));
        }
    }

    @Test
    void refuses_to_choose_chains_by_server_name() {
        var match = new ListenerChain.Match("tls", List.of("a.example"), List.of());
        var chain = in.chains().get(0);
        var named = new ListenerChain("", match, chain.tls(), chain.filter());
        try (var proxy = new RunningProxy(with(new Listener("other", "127.0.0.1", 0, true, List.of(named))))) {
            assertThat(proxy.listeners.addresses()).containsOnlyKeys("in");
            assertThat(proxy.listeners.problems()).hasSize(1);
        }
    }

    @Test
    void closes_a_listener_that_is_gone() {
        try (var proxy = new RunningProxy(with(new Listener("other", "127.0.0.1", 0, false, in.chains())))) {
            assertThat(proxy.listeners.addresses()).containsOnlyKeys("in", "other");
            proxy.config.swap(one);
            assertThat(proxy.listeners.addresses()).containsOnlyKeys("in");
        }
    }
}
