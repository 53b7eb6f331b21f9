package io.heddle.traffic.compression;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodingChoiceTest {
    /// `!` after an offer prefers it.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    gzip                            | gzip      | gzip     | NAMED
                    GZIP                            | gzip      | gzip     | NAMED
                    br                              | gzip      | identity | NOT_VALID
                    gzip;q=0                        | gzip      | identity | NOT_VALID
                    gzip;q=0, *                     | gzip br   | br       | WILDCARD
                    gzip;q=0, *                     | gzip      | identity | NOT_VALID
                    *                               | br gzip   | br       | WILDCARD
                    *                               | br gzip!  | gzip     | WILDCARD
                    *;q=0                           | gzip      | identity | NOT_VALID
                    gzip;q=0.5, br;q=0.8            | gzip br   | br       | NAMED
                    gzip, br                        | gzip br   | gzip     | NAMED
                    br, gzip                        | gzip br   | br       | NAMED
                    br, gzip                        | gzip! br  | gzip     | NAMED
                    br;q=0.9, gzip;q=0.8            | gzip! br  | br       | NAMED
                    identity                        | gzip      | identity | IDENTITY
                    gzip;q=0.5, identity            | gzip      | identity | IDENTITY
                    gzip;q=much, br;q=0.1           | gzip br   | br       | NAMED
                    gzip;q=1.5                      | gzip      | identity | NOT_VALID
                    'zstd;q=1.000 , gzip ; q = 0.9' | gzip zstd | zstd     | NAMED
                    deflate, gzip;q=0.001           | gzip      | gzip     | NAMED
                    ', ,'                           | gzip      | identity | NOT_VALID
                    ;                               | gzip      | identity | NOT_VALID
                    """)
    void the_clients_weights_decide(String accept, String offers, String coding, CodingChoice.Why why) {
        var offered = Arrays.stream(offers.split(" "))
                .map(offer -> new CodingChoice.Offer(offer.replace("!", ""), offer.endsWith("!")))
                .toList();
        assertThat(CodingChoice.of(accept, offered)).isEqualTo(new CodingChoice(coding, why));
    }
}
