package io.heddle.control.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.control.store.ConfigStore;
import io.heddle.control.store.MvConfigStore;
import io.heddle.model.name.Entitlement;
import io.heddle.model.name.LabelGrant;
import io.heddle.model.name.SpiffeId;
import io.heddle.xds.server.CertificateLabels;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkloadSignerTest {
    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final SpiffeId CATALOG = new SpiffeId("cluster.local", "shop", "catalog");

    @TempDir
    Path directory;

    private ConfigStore store;
    private JoinTokens tokens;
    private WorkloadSigner signer;

    @BeforeEach
    void open() {
        openAt(NOW);
    }

    private void openAt(Instant now) {
        var clock = Clock.fixed(now, ZoneOffset.UTC);
        store = MvConfigStore.open(directory.resolve("store.mv"), clock);
        tokens = new JoinTokens(store.keyValues("tokens"), clock);
        var authority =
                CertificateAuthority.open(directory.resolve("ca"), "cluster.local", Duration.ofHours(24), clock);
        signer = new WorkloadSigner(authority, tokens);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void reopenAt(Instant now) {
        store.close();
        openAt(now);
    }

    private String newToken() {
        return tokens.issue(Entitlement.usual(CATALOG), Duration.ofMinutes(10)).token();
    }

    private IssuedCertificate signWith(String token) throws Exception {
        return signer.sign(CertificateAuthorityTest.goodRequest(), Duration.ZERO, Optional.empty(), Optional.of(token));
    }

    @Test
    void a_token_earns_its_identity_once() throws Exception {
        var token = newToken();
        assertThat(signWith(token).identity()).isEqualTo(CATALOG);
        assertSpent(token);
    }

    @Test
    void a_token_is_spent_once_even_when_many_present_it_at_once() throws Exception {
        var token = newToken();
        Callable<Optional<Entitlement>> spend = () -> tokens.spend(token, newKey());
        int winners = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var outcome : threads.invokeAll(Collections.nCopies(16, spend))) {
                winners += outcome.get().isPresent() ? 1 : 0;
            }
        }
        assertThat(winners).isEqualTo(1);
    }

    @Test
    void a_lost_answer_is_given_again_to_the_same_key_and_to_no_other_even_after_a_restart() throws Exception {
        var token = newToken();
        var request = CertificateAuthorityTest.goodRequest();
        assertThat(signer.sign(request, Duration.ZERO, Optional.empty(), Optional.of(token))
                        .identity())
                .isEqualTo(CATALOG);
        reopenAt(NOW.plusSeconds(10));
        assertThat(signer.sign(request, Duration.ZERO, Optional.empty(), Optional.of(token))
                        .identity())
                .isEqualTo(CATALOG);
        assertSpent(token);
        reopenAt(NOW.plus(Duration.ofMinutes(10)));
        assertThatThrownBy(() -> signer.sign(request, Duration.ZERO, Optional.empty(), Optional.of(token)))
                .hasMessageContaining("expired");
    }

    private static PublicKey newKey() throws Exception {
        return VerifiedRequest.of(CertificateAuthorityTest.goodRequest()).publicKey();
    }

    @Test
    void a_token_survives_a_restart_and_stays_spent_after_one() throws Exception {
        var used = newToken();
        var fresh = newToken();
        signWith(used);
        reopenAt(NOW.plusSeconds(1));
        assertSpent(used);
        assertThat(signWith(fresh).identity()).isEqualTo(CATALOG);
    }

    @Test
    void a_token_expires() {
        var token = newToken();
        reopenAt(NOW.plus(Duration.ofMinutes(10)));
        assertSpent(token);
    }

    @Test
    void forgets_expired_tokens() {
        newToken();
        reopenAt(NOW.plus(Duration.ofMinutes(11)));
        newToken();
        assertThat(store.keyValues("tokens").entries()).hasSize(1);
    }

    @Test
    void keeps_no_token_in_the_clear() {
        var token = newToken();
        assertThat(store.keyValues("tokens").entries().toString()).doesNotContain(token);
    }

    @Test
    void a_malformed_request_does_not_cost_the_token() throws Exception {
        var token = newToken();
        assertThatThrownBy(() -> signer.sign("nonsense", Duration.ZERO, Optional.empty(), Optional.of(token)))
                .isInstanceOf(SigningRefusedException.class);
        assertThat(signWith(token).identity()).isEqualTo(CATALOG);
    }

    @Test
    void a_certificate_renews_itself_without_a_token() throws Exception {
        var issued = signer.sign(
                CertificateAuthorityTest.goodRequest(),
                Duration.ZERO,
                Optional.of(Entitlement.usual(CATALOG)),
                Optional.empty());
        assertThat(issued.identity()).isEqualTo(CATALOG);
    }

    @Test
    void a_certificate_says_which_labels_its_token_allowed_and_a_renewal_says_the_same() throws Exception {
        var labels = LabelGrant.ofServices(List.of("catalog", "search")).with(Map.of("team", "*"));
        var token = tokens.issue(new Entitlement(CATALOG, labels), Duration.ofMinutes(10));
        var first = entitlement(signWith(token.token()));
        assertThat(first).isEqualTo(new Entitlement(CATALOG, labels));
        var renewed = signer.sign(
                CertificateAuthorityTest.goodRequest(), Duration.ZERO, Optional.of(first), Optional.empty());
        assertThat(entitlement(renewed)).isEqualTo(first);
    }

    @Test
    void a_token_of_an_earlier_version_allows_the_service_called_as_its_account() throws Exception {
        var token = newToken();
        var entries = store.keyValues("tokens");
        entries.entries().forEach((hash, entry) -> entries.put(hash, entry.substring(0, entry.lastIndexOf(' '))));
        assertThat(tokens.spend(token, newKey())).contains(Entitlement.usual(CATALOG));
    }

    private static Entitlement entitlement(IssuedCertificate issued) throws Exception {
        var pem = issued.chain().getFirst().getBytes(StandardCharsets.US_ASCII);
        var leaf = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
        return CertificateLabels.entitlement(leaf, CATALOG);
    }

    @Test
    void refuses_a_caller_with_neither_and_one_of_another_mesh() {
        assertThatThrownBy(() -> signer.sign(
                        CertificateAuthorityTest.goodRequest(), Duration.ZERO, Optional.empty(), Optional.empty()))
                .hasMessageContaining("neither");
        var foreign = new SpiffeId("other.example", "shop", "catalog");
        assertThatThrownBy(() -> signer.sign(
                        CertificateAuthorityTest.goodRequest(),
                        Duration.ZERO,
                        Optional.of(Entitlement.usual(foreign)),
                        Optional.empty()))
                .hasMessageContaining("another trust domain");
    }

    @Test
    void refuses_a_token_life_that_is_too_long_or_too_short() {
        assertThatThrownBy(() -> tokens.issue(Entitlement.usual(CATALOG), Duration.ofDays(2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tokens.issue(Entitlement.usual(CATALOG), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void assertSpent(String token) {
        assertThatThrownBy(() -> signWith(token))
                .isInstanceOfSatisfying(
                        SigningRefusedException.class,
                        refusal -> assertThat(refusal.isForbidden()).isTrue());
    }
}
