package io.heddle.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CipherNamesTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
            TLS_AES_256_GCM_SHA384, TLS_AES_256_GCM_SHA384
            TLS_CHACHA20_POLY1305_SHA256, TLS_CHACHA20_POLY1305_SHA256
            TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, ECDHE-RSA-AES256-GCM-SHA384
            TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, ECDHE-ECDSA-AES128-GCM-SHA256
            TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, ECDHE-RSA-CHACHA20-POLY1305
            TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, ECDHE-RSA-AES128-SHA
            TLS_RSA_WITH_AES_128_GCM_SHA256, AES128-GCM-SHA256
            TLS_RSA_WITH_AES_256_CBC_SHA, AES256-SHA
            """)
    void suites_are_called_as_openssl_calls_them(String suite, String wanted) {
        assertThat(CipherNames.openSsl(suite)).isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            1, 01
            255, ff
            4096, 1000
            """)
    void serial_numbers_have_whole_octets(BigInteger number, String wanted) {
        assertThat(ConnectionTls.hex(number)).isEqualTo(wanted);
    }
}
