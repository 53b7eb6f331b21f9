package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;

final class CertificateRequestTest {
    @Test
    void is_a_signed_request_that_others_can_read() throws Exception {
        var request = CertificateRequest.generate();
        PKCS10CertificationRequest parsed;
        try (var pem = new PEMParser(new StringReader(request.csrPem()))) {
            parsed = (PKCS10CertificationRequest) pem.readObject();
        }
        var verifier = new JcaContentVerifierProviderBuilder().build(parsed.getSubjectPublicKeyInfo());
        assertThat(parsed.isSignatureValid(verifier)).isTrue();
        assertThat(parsed.getSubject().getRDNs()).isEmpty();
        assertThat(parsed.getAttributes()).isEmpty();
    }

    @Test
    void does_not_show_its_key() {
        assertThat(CertificateRequest.generate().toString()).doesNotContain("PRIVATE");
    }

    @Test
    void object_identifiers_and_long_lengths_are_as_in_the_standard() {
        assertThat(Der.objectIdentifier(1, 2, 840, 10045, 4, 3, 2))
                .asHexString()
                .isEqualTo("06082A8648CE3D040302");
        assertThat(Der.sequence(new byte[200])).startsWith(0x30, 0x81, 200);
        assertThat(Der.sequence(new byte[300])).startsWith(0x30, 0x82, 1, 44);
    }
}
