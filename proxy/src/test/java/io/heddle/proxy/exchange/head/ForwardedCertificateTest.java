package io.heddle.proxy.exchange.head;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.runtime.HeadOptions.CertificateDetails;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForwardedCertificateTest {
    private static ForwardedCertificate certificate(String subject, String uri) {
        return new ForwardedCertificate(
                new ForwardedCertificate.Names(
                        subject, List.of(uri), List.of("a.example", "b.example"), List.of("spiffe://mesh/us")),
                "ab01",
                () -> new ForwardedCertificate.Encoded("-----BEGIN A-----\nab+/=\n", "chain\n"));
    }

    @Test
    void tells_what_is_asked_for_and_nothing_else() {
        var certificate = certificate("CN=me", "spiffe://mesh/me");
        assertThat(certificate.element(CertificateDetails.URI))
                .isEqualTo("By=spiffe://mesh/us;Hash=ab01;URI=spiffe://mesh/me");
        assertThat(certificate.element(new CertificateDetails(false, false, false, false, false)))
                .isEqualTo("By=spiffe://mesh/us;Hash=ab01");
        assertThat(certificate.element(new CertificateDetails(true, true, true, true, true)))
                .isEqualTo("By=spiffe://mesh/us;Hash=ab01;Cert=\"-----BEGIN%20A-----%0Aab%2B%2F%3D%0A\""
                        + ";Chain=\"chain%0A\";Subject=\"CN=me\";URI=spiffe://mesh/me;DNS=a.example;DNS=b.example");
        assertThat(certificate.element(CertificateDetails.URI)).endsWith(";URI=spiffe://mesh/me");
    }

    @Test
    void a_name_cannot_pass_for_another_element() {
        var certificate =
                certificate("CN=\"x\";URI=spiffe://mesh/root", "spiffe://mesh/me,By=x;URI=spiffe://mesh/root");
        assertThat(certificate.element(new CertificateDetails(true, false, false, false, true)))
                .isEqualTo("By=spiffe://mesh/us;Hash=ab01;Subject=\"CN=\\\"x\\\";URI=spiffe://mesh/root\""
                        + ";URI=\"spiffe://mesh/me,By=x;URI=spiffe://mesh/root\"");
    }
}
