package io.heddle.proxy.upstream.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.proxy.dns.DnsAnswer;
import io.heddle.proxy.dns.NameLookup;
import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.HostAddress;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.runtime.ConnectionOpening.AddressOrder;
import io.heddle.traffic.runtime.DnsCachePolicy;
import io.heddle.traffic.runtime.DnsPolicy;
import io.heddle.traffic.runtime.DnsResolution;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DynamicHostsTest {
    private static final DnsPolicy AT_ONCE = new DnsPolicy(
            DnsPolicy.Family.AUTO, Duration.ofNanos(1), false, Duration.ZERO, Optional.empty(), DnsResolution.SYSTEM);
    /// A name that failed is forgotten at once, unless somebody asks for it.
    private static final DnsCachePolicy POLICY = new DnsCachePolicy(
            "names",
            AT_ONCE,
            Duration.ZERO,
            new DnsCachePolicy.Hosts(10, Duration.ofMinutes(1)),
            Duration.ZERO,
            100,
            false,
            List.of());

    private final EventLoops loops = new EventLoops(2);
    private final Worker worker = loops.workers().getFirst();
    private final Queue<UpstreamFailure> told = new ConcurrentLinkedQueue<>();

    @AfterEach
    void end() {
        loops.close();
    }

    private DynamicHosts hosts(NameLookup lookup) {
        var connecting = new DynamicHosts.Connecting() {
            @Override
            public int port() {
                return 80;
            }

            @Override
            public UpstreamTarget target(Host host, HostName name, HostAddress address) {
                throw new AssertionError("no name is found here");
            }

            @Override
            public AddressOrder order() {
                return AddressOrder.DEFAULT;
            }

            @Override
            public boolean slow() {
                return false;
            }
        };
        return new DynamicHosts(POLICY, lookup, loops.workers().getLast().loop(), connecting, _ -> {});
    }

    private void find(DynamicHosts hosts, int times) throws Exception {
        var listener = new HostWait.Listener() {
            @Override
            public void named(Host host) {
                throw new AssertionError("no name is found here");
            }

            @Override
            public void unnamed(UpstreamFailure failure) {
                told.add(failure);
            }
        };
        worker.loop()
                .submit(() -> {
                    for (int i = 0; i < times; i++) {
                        hosts.find("shop.test", worker, new HostWait(listener));
                    }
                })
                .get();
    }

    @Test
    void nobody_who_waits_is_forgotten_with_a_name_that_failed() throws Exception {
        var hosts = hosts((_, _, done) -> done.accept(new DnsAnswer.Failed("in a test")));
        int asked = 100_000; // while the other loop forgets the name over and over
        find(hosts, asked);
        await().untilAsserted(() -> assertThat(told.size()).isEqualTo(asked));
        assertThat(Set.copyOf(told)).containsExactly(UpstreamFailure.NO_SUCH_NAME);
    }

    @Test
    void once_closed_it_refuses_new_questions_and_still_answers_the_old() throws Exception {
        var questions = new ConcurrentLinkedQueue<Consumer<DnsAnswer>>();
        var hosts = hosts((_, _, done) -> questions.add(done));
        find(hosts, 2);
        assertThat(questions).hasSize(1);
        hosts.close();
        find(hosts, 1);
        assertThat(told).containsExactly(UpstreamFailure.NO_SUCH_NAME);
        questions.remove().accept(new DnsAnswer.Failed("in a test"));
        await().untilAsserted(() -> assertThat(told).hasSize(3));
        assertThat(questions).isEmpty();
    }
}
