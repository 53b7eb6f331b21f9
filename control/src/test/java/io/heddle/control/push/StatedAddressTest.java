package io.heddle.control.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatedAddressTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.7,192.0.2.7:4000",
        "2001:db8::7,[2001:db8:0:0:0:0:0:7]:4000",
        "fe80::1,[fe80:0:0:0:0:0:0:1%eth0]:4000",
        "192.0.2.7,[::ffff:192.0.2.7]:4000",
        "127.0.0.2,127.0.0.1:4000",
        "127.0.0.1,[0:0:0:0:0:0:0:1]:4000"
    })
    void the_address_a_proxy_comes_from_and_the_loopback_it_shares_are_good(String stated, String remote) {
        assertThat(StatedAddress.objection(stated, remote)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.8,192.0.2.7:4000",
        "169.254.169.254,192.0.2.7:4000",
        "169.254.169.254,127.0.0.1:4000",
        "127.0.0.1,192.0.2.7:4000",
        "::1,[2001:db8::7]:4000",
        "192.0.2.7,''",
        "192.0.2.7,unix",
        "localhost,127.0.0.1:4000"
    })
    void any_other_is_refused(String stated, String remote) {
        assertThat(StatedAddress.objection(stated, remote)).isPresent();
    }

    @Test
    void a_neighbour_on_this_machine_may_state_any_address_of_it_but_loopback_only_by_loopback() throws Exception {
        var outer = outerAddress();
        assumeThat(outer).as("this machine has an address beside loopback").isPresent();
        assertThat(StatedAddress.objection(outer.get(), "127.0.0.1:4000")).isEmpty();
        assertThat(StatedAddress.objection("127.0.0.1", outer.get() + ":4000")).isPresent();
    }

    private static Optional<String> outerAddress() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .map(InetAddress::getHostAddress)
                .filter(text -> !text.contains(":"))
                .findFirst();
    }
}
