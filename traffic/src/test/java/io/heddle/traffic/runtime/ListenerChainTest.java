package io.heddle.traffic.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.match.AddressMatcher;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenerChainTest {
    @ParameterizedTest
    @CsvSource({
        "0, '', true",
        "80, '', true",
        "81, '', false",
        "0, 10.0.0.0/8, true",
        "0, 192.0.2.0/24 10.0.0.1/32, true",
        "0, 192.0.2.0/24, false",
        "80, 192.0.2.0/24, false",
        "81, 10.0.0.0/8, false"
    })
    void a_match_takes_destinations_by_port_and_range(int port, String ranges, boolean takes) {
        var match = new ListenerChain.Match(
                port,
                Stream.of(ranges.split(" "))
                        .filter(range -> !range.isEmpty())
                        .map(range -> AddressMatcher.parse(range).orElseThrow())
                        .toList(),
                List.of(),
                "",
                List.of(),
                List.of(),
                ListenerChain.SourceType.ANY,
                List.of(),
                List.of());
        assertThat(match.takesDestination(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 80)))
                .isEqualTo(takes);
    }

    @Test
    void a_match_may_take_tls_unless_it_asks_for_another_transport() {
        assertThat(ListenerChain.Match.ANY.mayTakeTls()).isTrue();
        assertThat(ListenerChain.Match.transport("tls").mayTakeTls()).isTrue();
        assertThat(ListenerChain.Match.transport("raw_buffer").mayTakeTls()).isFalse();
    }
}
