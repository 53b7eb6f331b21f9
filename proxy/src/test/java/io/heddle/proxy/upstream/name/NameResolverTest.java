package io.heddle.proxy.upstream.name;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.dns.DnsAnswer;
import io.heddle.proxy.dns.NameLookup;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.DnsPolicy;
import io.heddle.traffic.runtime.DnsResolution;
import io.heddle.traffic.runtime.Http2Options;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameResolverTest {
    private final BlockingQueue<Set<NameResolver.Query>> changes = new LinkedBlockingQueue<>();
    private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
    private final NameLookup lookup = (name, policy, done) -> questions.add(new Question(name, policy, done));
    private final NameResolver names = new NameResolver(lookup, changes::add);

    /// A question that waits for the test's answer.
    private record Question(String name, DnsPolicy policy, Consumer<DnsAnswer> done) {}

    private static Cluster.Discovery.Dns dns(boolean logical, DnsPolicy.Family family, boolean respectTtl) {
        var policy = new DnsPolicy(
                family,
                Duration.ofMillis(2),
                respectTtl,
                Duration.ZERO,
                Optional.of(new DnsPolicy.Backoff(Duration.ofMillis(2), Duration.ofMillis(4))),
                DnsResolution.SYSTEM);
        return new Cluster.Discovery.Dns(logical, policy);
    }

    private static Cluster cluster(boolean logical, String... names) {
        return cluster(dns(logical, DnsPolicy.Family.AUTO, false), names);
    }

    private static Cluster cluster(Cluster.Discovery.Dns dns, String... names) {
        var endpoints = Arrays.stream(names)
                .map(name -> new Endpoint(name, 80, 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN))
                .toList();
        return new Cluster(
                "c",
                dns,
                new EndpointSet(endpoints),
                Duration.ofSeconds(1),
                new BalancerPolicy.RoundRobin(),
                BreakerLimits.DEFAULT,
                List.of(),
                Cluster.Protocol.HTTP1,
                Http2Options.DEFAULT,
                ConnectionLimits.DEFAULT,
                Cluster.ServiceTag.UNKNOWN);
    }

    private static DnsAnswer found(String... addresses) {
        return new DnsAnswer.Found(List.of(addresses), Duration.ZERO);
    }

    private Question question() throws InterruptedException {
        var question = questions.poll(10, TimeUnit.SECONDS);
        assertThat(question).isNotNull();
        return question;
    }

    private String change() throws InterruptedException {
        var change = changes.poll(10, TimeUnit.SECONDS);
        assertThat(change).hasSize(1);
        return change.iterator().next().name();
    }

    private List<String> addresses(Cluster cluster) {
        return names.resolve(cluster).stream()
                .map(resolved -> resolved.endpoint().address())
                .toList();
    }

    @Test
    void a_silent_name_delays_no_other() throws Exception {
        var cluster = cluster(false, "a.silent", "b.alive");
        names.watch(List.of(cluster));
        var first = question();
        var second = question();
        var alive = first.name().equals("b.alive") ? first : second;
        alive.done().accept(found("10.0.0.1"));
        assertThat(change()).isEqualTo("b.alive");
        var again = question();
        assertThat(again.name()).isEqualTo("b.alive");
        again.done().accept(found("10.0.0.2"));
        assertThat(change()).isEqualTo("b.alive");
        assertThat(addresses(cluster)).containsExactly("10.0.0.2");
    }

    @Test
    void a_name_that_nobody_answers_for_keeps_its_addresses_and_comes_back() throws Exception {
        var cluster = cluster(false, "db.shop");
        names.watch(List.of(cluster));
        question().done().accept(found("10.0.0.1"));
        assertThat(change()).isEqualTo("db.shop");
        for (int i = 0; i < 3; i++) {
            question().done().accept(new DnsAnswer.Failed("no server answers"));
        }
        var next = question();
        assertThat(addresses(cluster)).containsExactly("10.0.0.1");
        next.done().accept(found("10.0.0.4"));
        assertThat(change()).isEqualTo("db.shop");
        assertThat(addresses(cluster)).containsExactly("10.0.0.4");
    }

    @Test
    void a_name_that_is_gone_takes_the_hosts_of_a_strict_cluster_and_not_that_of_a_logical_one() throws Exception {
        var strict = cluster(false, "strict.shop");
        var logical = cluster(true, "logical.shop");
        names.watch(List.of(strict, logical));
        for (int i = 0; i < 2; i++) {
            question().done().accept(found("10.0.0.1"));
            change();
        }
        for (int i = 0; i < 4; i++) {
            question().done().accept(DnsAnswer.NO_SUCH_NAME);
        }
        assertThat(change()).isEqualTo("strict.shop");
        question();
        assertThat(addresses(strict)).isEmpty();
        assertThat(addresses(logical)).containsExactly("10.0.0.1");
        assertThat(changes).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_name_that_is_asked_for_in_another_way_keeps_its_addresses_until_it_is_answered(boolean logical)
            throws Exception {
        names.watch(List.of(cluster(false, "db.shop")));
        question().done().accept(found("10.0.0.1"));
        change();
        var dns = dns(logical, DnsPolicy.Family.AUTO, true);
        var changed = cluster(dns, "db.shop");
        names.watch(List.of(changed));
        assertThat(addresses(changed)).containsExactly("10.0.0.1");
        var question = question();
        while (!question.policy().equals(dns.policy())) {
            question = question();
        }
        assertThat(addresses(changed)).containsExactly("10.0.0.1");
        question.done().accept(found("10.0.0.2"));
        change();
        assertThat(addresses(changed)).containsExactly("10.0.0.2");
    }

    @Test
    void a_name_whose_other_family_is_asked_for_has_no_addresses_before_the_answer() throws Exception {
        names.watch(List.of(cluster(false, "db.shop")));
        question().done().accept(found("10.0.0.1"));
        change();
        var changed = cluster(dns(false, DnsPolicy.Family.V6_ONLY, false), "db.shop");
        names.watch(List.of(changed));
        assertThat(addresses(changed)).isEmpty();
    }

    @Test
    void a_strict_name_is_all_its_addresses_in_any_order_and_a_logical_one_its_first() throws Exception {
        var strict = cluster(false, "strict.shop");
        names.watch(List.of(strict));
        question().done().accept(found("10.0.0.2", "10.0.0.1"));
        change();
        question().done().accept(found("10.0.0.1", "10.0.0.2"));
        question();
        assertThat(changes).isEmpty();
        assertThat(names.resolve(strict)).map(NameResolver.Resolved::key).containsExactly("10.0.0.1:80", "10.0.0.2:80");
        var logical = cluster(true, "logical.shop");
        names.watch(List.of(logical));
        var asked = question();
        assertThat(asked.name()).isEqualTo("logical.shop");
        asked.done().accept(found("10.0.0.2", "10.0.0.1"));
        change();
        assertThat(addresses(logical)).containsExactly("10.0.0.2");
        question().done().accept(found("10.0.0.1", "10.0.0.2"));
        change();
        assertThat(names.resolve(logical)).map(NameResolver.Resolved::key).containsExactly("logical.shop:80");
        assertThat(addresses(logical)).containsExactly("10.0.0.1");
    }

    @Test
    void a_cluster_is_warm_when_each_of_its_names_was_answered_once_well_or_badly() throws Exception {
        var coming = cluster(false, "a.shop", "b.shop", "127.0.0.1");
        var warm = warm(coming);
        question().done().accept(new DnsAnswer.Failed("no server answers"));
        var other = question();
        assertThat(warm).isNotDone();
        other.done().accept(found("10.0.0.1"));
        warm.get(10, TimeUnit.SECONDS);
        names.watch(List.of(coming));
        assertThat(addresses(coming)).containsExactlyInAnyOrder("10.0.0.1", "127.0.0.1");
        assertThat(warm(coming)).isDone();
    }

    @Test
    void a_cluster_without_an_answer_is_warm_when_a_connection_would_be_given_up() throws Exception {
        var warm = warm(cluster(false, "silent.shop"));
        question();
        warm.get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_cluster_that_is_awaited_goes_on_being_asked_for_when_others_go_live() throws Exception {
        var live = cluster(false, "live.shop");
        var slow = cluster(false, "slow.shop");
        var warm = warm(slow);
        var asked = question();
        names.watch(List.of(live));
        question().done().accept(found("10.0.0.9"));
        change();
        assertThat(warm).isNotDone();
        asked.done().accept(found("10.0.0.1"));
        warm.get(10, TimeUnit.SECONDS);
        names.watch(List.of(live, slow));
        assertThat(addresses(slow)).containsExactly("10.0.0.1");
    }

    @Test
    void a_cluster_that_does_not_wait_for_its_names_has_them_asked_for_all_the_same() throws Exception {
        var waiting = dns(false, DnsPolicy.Family.AUTO, false);
        var cluster = cluster(new Cluster.Discovery.Dns(false, waiting.policy(), false), "shop");
        assertThat(names.warm(List.of(cluster))).isEmpty();
        assertThat(question().name()).isEqualTo("shop");
    }

    private CompletableFuture<Void> warm(Cluster cluster) {
        return names.warm(List.of(cluster)).values().iterator().next();
    }
}
