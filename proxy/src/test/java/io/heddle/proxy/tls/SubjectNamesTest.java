package io.heddle.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.runtime.SubjectAltNameMatcher;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;

class SubjectNamesTest {
    private final TestAuthority mesh = TestAuthority.create("mesh");

    private SubjectNames names(GeneralName... names) throws Exception {
        return SubjectNames.of(Pem.certificates(mesh.issue(names).chain()).getFirst());
    }

    private static boolean fits(SubjectNames names, SubjectAltNameMatcher.Type type, String text) {
        var matcher = SubjectAltNameMatcher.of(type, new StringMatcher.Exact(text, false));
        return names.fitsAny(List.of(matcher));
    }

    @Test
    void a_name_fits_only_matchers_of_its_own_type() throws Exception {
        var text = "db.shop";
        var names = names(TestAuthority.dns(text), new GeneralName(GeneralName.rfc822Name, "a@shop"));
        assertThat(fits(names, SubjectAltNameMatcher.Type.DNS, text)).isTrue();
        assertThat(fits(names, SubjectAltNameMatcher.Type.URI, text)).isFalse();
        assertThat(fits(names, SubjectAltNameMatcher.Type.EMAIL, text)).isFalse();
        assertThat(fits(names, SubjectAltNameMatcher.Type.EMAIL, "a@shop")).isTrue();
        assertThat(fits(names, SubjectAltNameMatcher.Type.DNS, "a@shop")).isFalse();
        assertThat(names.fitsAny(List.of(SubjectAltNameMatcher.ofAny(new StringMatcher.Exact("a@shop", false)))))
                .isTrue();
    }

    @Test
    void addresses_compare_in_their_usual_form() throws Exception {
        var names = names(
                new GeneralName(GeneralName.iPAddress, "10.0.0.1"),
                new GeneralName(GeneralName.iPAddress, "2001:db8:0:0:0:0:0:1"));
        assertThat(fits(names, SubjectAltNameMatcher.Type.IP_ADDRESS, "10.0.0.1"))
                .isTrue();
        assertThat(fits(names, SubjectAltNameMatcher.Type.IP_ADDRESS, "2001:db8::1"))
                .isTrue();
        assertThat(fits(names, SubjectAltNameMatcher.Type.DNS, "10.0.0.1")).isFalse();
    }

    @Test
    void a_wildcard_stands_for_one_label() throws Exception {
        assertThat(fits(names(TestAuthority.dns("*.shop")), SubjectAltNameMatcher.Type.DNS, "db.shop"))
                .isTrue();
        assertThat(fits(names(TestAuthority.dns("*.shop")), SubjectAltNameMatcher.Type.DNS, "a.db.shop"))
                .isFalse();
    }
}
