package io.heddle.proxy.upstream.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.runtime.ConnectionOpening.AddressOrder;
import io.heddle.traffic.runtime.ConnectionOpening.FirstFamily;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// In which order a host's addresses are tried.
class HostAddressTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            AS_FOUND | 1 | 10.0.0.1                              | 10.0.0.1
            IPV6     | 1 | 10.0.0.1                              | 10.0.0.1
            AS_FOUND | 1 | 10.0.0.1 10.0.0.2 fd00::1 fd00::2     | 10.0.0.1 fd00::1 10.0.0.2 fd00::2
            AS_FOUND | 1 | fd00::1 10.0.0.1 10.0.0.2             | fd00::1 10.0.0.1 10.0.0.2
            IPV6     | 1 | 10.0.0.1 10.0.0.2 fd00::1             | fd00::1 10.0.0.1 10.0.0.2
            IPV4     | 2 | fd00::1 fd00::2 10.0.0.1 10.0.0.2     | 10.0.0.1 10.0.0.2 fd00::1 fd00::2
            IPV4     | 2 | fd00::1 10.0.0.1 10.0.0.2 10.0.0.3    | 10.0.0.1 10.0.0.2 fd00::1 10.0.0.3
            AS_FOUND | 9 | 10.0.0.1 fd00::1 10.0.0.1             | 10.0.0.1 fd00::1
            """)
    void the_families_take_turns(FirstFamily first, int count, String found, String tried) {
        assertThat(addresses(found, new AddressOrder(first, count))).isEqualTo(tried);
    }

    @Test
    void a_name_stays_unresolved() {
        assertThat(HostAddress.of(endpoint("app.example"), AddressOrder.DEFAULT).now())
                .singleElement()
                .matches(address -> address.isUnresolved());
    }

    private static String addresses(String found, AddressOrder order) {
        var words = new StringBuilder();
        for (var address : HostAddress.of(endpoint(found.split(" ", -1)), order).now()) {
            assertThat(address.getPort()).isEqualTo(80);
            words.append(address.getAddress().getHostAddress().replace(":0:0:0:0:0:0:", "::"))
                    .append(' ');
        }
        return words.toString().strip();
    }

    private static Endpoint endpoint(String... addresses) {
        var others = Arrays.stream(addresses)
                .skip(1)
                .map(address -> new Endpoint.Address(address, 80))
                .toList();
        return new Endpoint(addresses[0], 80, 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN)
                .withAdditional(others);
    }
}
