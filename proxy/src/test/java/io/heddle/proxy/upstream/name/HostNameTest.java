package io.heddle.proxy.upstream.name;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a request may name as its host.
class HostNameTest {
    @ParameterizedTest
    @CsvSource({
        "shop.test,shop.test,80",
        "Shop.TEST:8080,shop.test,8080",
        "shop.test.:1,shop.test.,1",
        "a_b-c.d:65535,a_b-c.d,65535",
        "10.0.0.1:81,10.0.0.1,81",
        "[::1]:81,::1,81",
        "[2001:DB8::1],2001:db8::1,80"
    })
    void reads_a_host_and_its_port(String authority, String host, int port) {
        assertThat(HostName.read(authority, 80)).contains(new HostName(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":80",
                "a:",
                "a:0",
                "a:65536",
                "a:99999999999",
                "a:-1",
                "a:+1",
                "a b",
                "a/b",
                "u@a",
                "a:b:c",
                "::1",
                "[::1",
                "[::1]x",
                "[::1]:",
                "[a]",
                "[fe80::1%eth0]:80",
                "[]:80",
                "a\u0000",
                "%61",
                "ä"
            })
    void takes_nothing_else(String authority) {
        assertThat(HostName.read(authority, 80)).isEmpty();
    }

    @Test
    void takes_no_name_that_dns_could_not_carry() {
        assertThat(HostName.read("a".repeat(253), 80)).isPresent();
        assertThat(HostName.read("a".repeat(254), 80)).isEmpty();
    }
}
