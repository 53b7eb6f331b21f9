package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ListenersTest {
    private final RuntimeConfig one = RunningProxy.config(1);
    private final Listener in = Objects.requireNonNull(one.listeners().get("in"));

    private RuntimeConfig with(Listener... others) {
        var all = new LinkedHashMap<String, Listener>();
        all.put("in", in);
        for (var other : others) {
            all.put(other.name(), other);
        }
        return new RuntimeConfig(all, Map.of(), one.clusters(), Map.of(), Map.of());
    }

    @Test
    void a_configuration_with_an_address_in_use_is_refused_and_what_is_live_stays() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var alsoTaken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var proxy = new RunningProxy(one)) {
            var live = proxy.config.current();
            var problems = proxy.config.swap(with(
                    new Listener("free", "127.0.0.1", 0, false, in.chains()),
                    new Listener("other", "127.0.0.1", taken.getLocalPort(), false, in.chains()),
                    new Listener("third", "127.0.0.1", alsoTaken.getLocalPort(), false, in.chains())));
            assertThat(problems)
                    .map(problem -> problem.object() + " " + problem.path())
                    .containsExactlyInAnyOrder("Listener other address", "Listener third address");
            assertThat(proxy.config.current()).isSameAs(live);
            assertThat(proxy.listeners.addresses()).containsOnlyKeys("in");
            proxy.connect().close();
        }
    }

    @Test
    void a_refused_configuration_keeps_no_address() throws IOException {
        // The port number is taken on 127.0.0.1, so nobody gets it on another loopback address by chance.
        var elsewhere = InetAddress.ofLiteral("127.77.3.5");
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var proxy = new RunningProxy(one)) {
            var problems = proxy.config.swap(with(
                    new Listener("free", "127.77.3.5", taken.getLocalPort(), false, in.chains()),
                    new Listener("other", "127.0.0.1", taken.getLocalPort(), false, in.chains())));
            assertThat(problems).hasSize(1);
            new ServerSocket(taken.getLocalPort(), 1, elsewhere).close();
        }
    }

    @Test
    void refuses_to_choose_chains_by_server_name() {
        var match = new ListenerChain.Match("tls", List.of("a.example"), List.of());
        var chain = in.chains().get(0);
        var named = new ListenerChain("", match, chain.tls(), chain.filter());
        try (var proxy = new RunningProxy(one)) {
            assertThat(proxy.config.swap(with(new Listener("other", "127.0.0.1", 0, true, List.of(named)))))
                    .hasSize(1);
            assertThat(proxy.listeners.addresses()).containsOnlyKeys("in");
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
