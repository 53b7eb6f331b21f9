package io.heddle.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SecretStoreTest {
    private static final CertificateSource WEB = new CertificateSource.Secret("web");

    private final TestAuthority mesh = TestAuthority.create("mesh");
    private final SecretStore secrets = new SecretStore(Optional.empty(), FileWatch.still());

    private static RuntimeConfig having(Map<String, CertificateSource.Inline> certificates) {
        return new RuntimeConfig(Map.of(), Map.of(), Map.of(), Map.of(), certificates);
    }

    private boolean has() {
        return secrets.certificate(WEB) instanceof Checked.Ok<?>;
    }

    @Test
    void a_secret_that_comes_stands_in_before_it_is_live_and_not_after_it_has_gone() {
        var pair = mesh.issue(TestAuthority.uri("spiffe://mesh.test/web"));
        var config = having(Map.of("web", new CertificateSource.Inline(pair.chain(), pair.key())));
        assertThat(has()).isFalse();
        secrets.expect(config);
        assertThat(has()).isTrue();
        secrets.take(config);
        assertThat(has()).isTrue();
        secrets.take(having(Map.of()));
        assertThat(has()).as("listeners that close may still need it").isTrue();
        secrets.settle();
        assertThat(has()).as("it is shown no more").isFalse();
        secrets.expect(config);
        assertThat(has()).isTrue();
        secrets.expect(having(Map.of()));
        assertThat(has()).as("it comes no more").isFalse();
    }
}
