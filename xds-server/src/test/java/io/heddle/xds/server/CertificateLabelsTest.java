package io.heddle.xds.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.model.name.LabelGrant;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CertificateLabelsTest {
    private static byte[] der(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var inner = new byte[bytes.length + 2];
        inner[0] = 0x0c;
        inner[1] = (byte) bytes.length;
        System.arraycopy(bytes, 0, inner, 2, bytes.length);
        var outer = new byte[inner.length + 3];
        outer[0] = 0x04;
        outer[1] = (byte) 0x81;
        outer[2] = (byte) inner.length;
        System.arraycopy(inner, 0, outer, 3, inner.length);
        return outer;
    }

    @Test
    void reads_both_forms_of_a_length() {
        assertThat(CertificateLabels.parse(der("app=web"))).contains(LabelGrant.NONE.with(Map.of("app", "web")));
        assertThat(CertificateLabels.parse(der(""))).contains(LabelGrant.NONE);
    }

    @Test
    void what_makes_no_sense_is_no_grant() {
        assertThat(CertificateLabels.parse(new byte[0])).isEmpty();
        assertThat(CertificateLabels.parse(new byte[] {0x04, (byte) 0x83, 0, 0, 0}))
                .isEmpty();
        assertThat(CertificateLabels.parse(new byte[] {0x04, 5, 0x0c, 1, 'a'})).isEmpty();
        assertThat(CertificateLabels.parse(der("nonsense"))).isEmpty();
    }

    @FuzzTest
    void whatever_it_reads_it_can_write(byte[] bytes) {
        CertificateLabels.parse(bytes)
                .ifPresent(grant -> assertThat(LabelGrant.parse(grant.text())).contains(grant));
    }
}
