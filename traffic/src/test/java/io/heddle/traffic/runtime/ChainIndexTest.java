package io.heddle.traffic.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.runtime.ListenerChain.Match;
import io.heddle.traffic.runtime.ListenerChain.SourceType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChainIndexTest {
    private static InetSocketAddress address(String host, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }

    private static ConnectionInfo info(String destination, int port, String source) {
        return ConnectionInfo.of(address(destination, port), address(source, 40_000));
    }

    private static ConnectionInfo asking(String serverName, String... protocols) {
        var destination = address("10.0.0.1", 443);
        var source = address("10.0.0.2", 40_000);
        return new ConnectionInfo(destination, source, source, serverName, "tls", List.of(protocols));
    }

    private static int find(ConnectionInfo info, Match... matches) {
        return ChainIndex.of(List.of(matches)).find(info, Trace.OFF);
    }

    private static List<AddressMatcher> ranges(String... ranges) {
        return Stream.of(ranges)
                .map(range -> AddressMatcher.parse(range).orElseThrow())
                .toList();
    }

    private static Match destinations(int port, String... ranges) {
        return new Match(
                port, ranges(ranges), List.of(), "", List.of(), List.of(), SourceType.ANY, List.of(), List.of());
    }

    private static Match sources(SourceType type, List<Integer> ports, String... ranges) {
        return new Match(0, List.of(), List.of(), "", List.of(), List.of(), type, ranges(ranges), ports);
    }

    private static Match protocols(String transport, String... protocols) {
        return new Match(
                0,
                List.of(),
                List.of(),
                transport,
                List.of(protocols),
                List.of(),
                SourceType.ANY,
                List.of(),
                List.of());
    }

    @Test
    void no_chains_take_nothing_and_a_chain_without_criteria_takes_all() {
        assertThat(find(asking(""))).isEqualTo(ChainIndex.NONE);
        assertThat(find(asking(""), Match.ANY)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"80, 0", "443, 1", "9000, 2"})
    void the_exact_port_comes_before_any(int port, int chain) {
        assertThat(find(
                        info("10.0.0.1", port, "10.0.0.2"),
                        Match.destinationPort(80),
                        Match.destinationPort(443),
                        Match.ANY))
                .isEqualTo(chain);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 2",
        "10.1.9.9, 1",
        "10.9.9.9, 0",
        "192.168.0.1, 3",
        "2001:db8::1, 4",
        "::1, 3",
        "::ffff:10.1.2.3, 2"
    })
    void the_longest_range_decides(String destination, int chain) {
        assertThat(find(
                        info(destination, 80, "10.0.0.2"),
                        destinations(0, "10.0.0.0/8"),
                        destinations(0, "10.1.0.0/16"),
                        destinations(0, "10.1.2.3/32", "10.1.2.4/32"),
                        Match.ANY,
                        destinations(0, "2001:db8::/32")))
                .isEqualTo(chain);
    }

    @ParameterizedTest
    @CsvSource({
        "www.example.com, 0",
        "api.example.com, 1",
        "a.b.example.com, 1",
        "example.com, 2",
        "other.org, 3",
        "'', 3",
        "com, 3"
    })
    void the_exact_name_comes_before_the_longest_suffix(String name, int chain) {
        assertThat(find(
                        asking(name),
                        Match.serverNames("WWW.example.com"),
                        Match.serverNames("*.example.com"),
                        Match.serverNames("*.com"),
                        Match.ANY))
                .isEqualTo(chain);
    }

    @Test
    void the_first_offered_protocol_that_is_asked_for_decides() {
        var chains = new Match[] {protocols("tls", "http/1.1"), protocols("tls", "h2"), protocols("tls")};
        assertThat(find(asking("", "h2", "http/1.1"), chains)).isEqualTo(1);
        assertThat(find(asking("", "http/1.1", "h2"), chains)).isZero();
        assertThat(find(asking("", "istio"), chains)).isEqualTo(2);
    }

    @Test
    void plaintext_is_not_taken_by_a_chain_for_tls() {
        assertThat(find(info("10.0.0.1", 80, "10.0.0.2"), protocols("tls"))).isEqualTo(ChainIndex.NONE);
        assertThat(find(info("10.0.0.1", 80, "10.0.0.2"), protocols("tls"), protocols("raw_buffer")))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 0", "10.0.0.1, 0", "10.0.0.2, 1", "127.9.9.9, 0"})
    void local_connections_come_from_loopback_or_from_where_they_go(String source, int chain) {
        assertThat(find(
                        info("10.0.0.1", 80, source),
                        sources(SourceType.SAME_IP_OR_LOOPBACK, List.of()),
                        sources(SourceType.EXTERNAL, List.of())))
                .isEqualTo(chain);
    }

    @Test
    void sources_are_told_by_address_then_by_port() {
        var chains = new Match[] {
            sources(SourceType.ANY, List.of(), "10.0.0.0/24"),
            sources(SourceType.ANY, List.of(40_000, 40_001), "10.0.0.0/24"),
            Match.ANY
        };
        assertThat(find(info("10.0.0.1", 80, "10.0.0.2"), chains)).isEqualTo(1);
        assertThat(find(ConnectionInfo.of(address("10.0.0.1", 80), address("10.0.0.2", 1)), chains))
                .isZero();
        assertThat(find(info("10.0.0.1", 80, "10.0.9.2"), chains)).isEqualTo(2);
    }

    @Test
    void the_direct_source_is_the_balancer_and_the_source_who_it_speaks_for() {
        var direct = new Match(
                0,
                List.of(),
                List.of(),
                "",
                List.of(),
                ranges("10.9.0.0/16"),
                SourceType.ANY,
                ranges("203.0.113.0/24"),
                List.of());
        var through = new ConnectionInfo(
                address("10.0.0.1", 80),
                address("203.0.113.7", 5),
                address("10.9.0.1", 6),
                "",
                "raw_buffer",
                List.of());
        assertThat(find(through, direct)).isZero();
        assertThat(find(info("10.0.0.1", 80, "203.0.113.7"), direct)).isEqualTo(ChainIndex.NONE);
    }

    @Test
    void what_is_left_behind_does_not_come_back() {
        var port = new Match(
                80, List.of(), List.of("a.example"), "", List.of(), List.of(), SourceType.ANY, List.of(), List.of());
        var info = asking("b.example");
        var toPort = new ConnectionInfo(
                address("10.0.0.1", 80), info.source(), info.directSource(), "b.example", "tls", List.of());
        assertThat(find(toPort, port, Match.serverNames("b.example"))).isEqualTo(ChainIndex.NONE);
        assertThat(find(info, port, Match.serverNames("b.example"))).isEqualTo(1);
    }

    @Test
    void tells_which_chains_ask_for_the_same() {
        var index = ChainIndex.of(List.of(
                Match.serverNames("a.example", "b.example"),
                Match.serverNames("c.example"),
                Match.serverNames("B.example"),
                destinations(0, "10.0.0.1/8"),
                destinations(0, "10.0.0.0/8")));
        assertThat(index.conflicts())
                .containsExactlyInAnyOrder(new ChainIndex.Conflict(0, 2), new ChainIndex.Conflict(3, 4));
    }

    @Test
    void says_how_it_decided() {
        var steps = new ArrayList<String>();
        var trace = new Trace() {
            @Override
            public boolean on() {
                return true;
            }

            @Override
            public void decided(String step, String subject, String verdict) {
                steps.add(step + " " + subject + ": " + verdict);
            }
        };
        ChainIndex.of(List.of(Match.destinationPort(443), Match.serverNames("a.example")))
                .find(info("10.0.0.1", 80, "10.0.0.2"), trace);
        assertThat(steps)
                .containsExactly(
                        "filter_chain_match destination_port: fits", "filter_chain_match server_names: no chain");
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void agrees_with_a_search_that_prunes_a_list(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            var matches = IntStream.range(0, 1 + random.nextInt(12))
                    .mapToObj(_ -> match(random))
                    .toList();
            var index = ChainIndex.of(matches);
            for (int i = 0; i < 20; i++) {
                var info = info(random);
                assertThat(index.find(info, Trace.OFF))
                        .as("%s among %s", info, matches)
                        .isEqualTo(PrunedSearch.find(info, matches));
            }
        }
    }

    private static Match match(Random random) {
        return new Match(
                pick(random, List.of(0, 0, 80, 443)),
                pick(
                        random,
                        List.of(
                                List.of(),
                                ranges("10.0.0.0/8"),
                                ranges("10.1.0.0/16", "2001:db8::/32"),
                                ranges("10.1.2.0/24"),
                                ranges("0.0.0.0/0"))),
                pick(random, List.of(List.of(), List.of("a.b.c"), List.of("*.b.c", "x.c"), List.of("*.c"))),
                pick(random, List.of("", "", "tls", "raw_buffer")),
                pick(random, List.of(List.of(), List.of(), List.of("h2"), List.of("http/1.1", "h2c"))),
                pick(random, List.of(List.of(), List.of(), ranges("192.168.0.0/16"))),
                pick(random, List.of(SourceType.values())),
                pick(random, List.of(List.of(), ranges("192.168.0.0/16"), ranges("192.168.7.0/24"))),
                pick(random, List.of(List.of(), List.of(), List.of(7, 8))));
    }

    private static ConnectionInfo info(Random random) {
        var source = address(
                pick(random, List.of("192.168.7.1", "192.168.1.1", "127.0.0.1", "10.1.2.3")),
                pick(random, List.of(7, 8, 9)));
        return new ConnectionInfo(
                address(
                        pick(random, List.of("10.1.2.3", "10.1.9.9", "10.9.9.9", "2001:db8::1", "::1")),
                        pick(random, List.of(80, 443, 9))),
                source,
                pick(random, List.of(source, address("192.168.3.3", 1))),
                pick(random, List.of("", "a.b.c", "z.b.c", "x.c", "c", "q")),
                pick(random, List.of("tls", "raw_buffer")),
                pick(random, List.of(List.of(), List.of("h2", "http/1.1"), List.of("h2c"))));
    }

    private static <T> T pick(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
