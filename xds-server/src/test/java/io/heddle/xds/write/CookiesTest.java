package io.heddle.xds.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CookiesTest {
    @ParameterizedTest
    @CsvSource({
        "0.1.0,true",
        "0.1.0-SNAPSHOT,true",
        "envoy 1.37.0,true",
        "envoy 1.40.1,true",
        "envoy 2.0.0,true",
        "envoy 1.36.4,false",
        "envoy 1.9.0,false",
        "envoy ,false",
        "envoy x.y,false",
        "gRPC Java 1.83.1,false",
        "'',false"
    })
    void older_envoys_and_strangers_know_no_cookies(String version, boolean known) {
        assertThat(Cookies.areKnown(version)).isEqualTo(known);
    }
}
