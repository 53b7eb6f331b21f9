package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.heddle.xds.resource.ResourceSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenerAddressesTest {
    private static ResourceSet listener(String host, int port, String more) {
        var listener = Listener.newBuilder().setName("l");
        listener.getAddressBuilder().getSocketAddressBuilder().setAddress(host).setPortValue(port);
        if (!more.isEmpty()) {
            var second = listener.addAdditionalAddressesBuilder().getAddressBuilder();
            second.getSocketAddressBuilder().setAddress(more).setPortValue(port);
        }
        return ResourceSet.of(listener.build());
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 80, '', 127.0.0.1, 80, true",
        "127.0.0.1, 80, '', 127.0.0.1, 81, false",
        "127.0.0.1, 80, '', 127.0.0.2, 80, false",
        "127.0.0.1, 80, '', 0.0.0.0, 80, true",
        "::, 80, '', 127.0.0.1, 80, true",
        "::1, 80, '', 0:0:0:0:0:0:0:1, 80, true",
        "127.0.0.1, 80, 127.0.0.2, 127.0.0.2, 80, true",
        "no address, 80, '', 127.0.0.1, 80, false",
    })
    void listeners_have_an_address_in_common_where_who_connects_may_mean_either(
            String host, int port, String more, String otherHost, int otherPort, boolean common) {
        for (int round = 0; round < 2; round++) {
            var one = round == 0 ? listener(host, port, more) : listener(otherHost, otherPort, "");
            var other = round == 0 ? listener(otherHost, otherPort, "") : listener(host, port, more);
            var addresses = new ListenerAddresses();
            addresses.add(one, "l");
            assertThat(addresses.areAlsoOf(other, "l")).isEqualTo(common);
        }
    }
}
