package io.heddle.proxy.tls;

import static io.heddle.proxy.tls.TestAuthority.dns;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.ServerCertificates;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.traffic.runtime.TlsParameters;
import io.heddle.traffic.runtime.TlsSessions;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslProvider;
import java.security.KeyPair;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What is chosen is what real Envoy 1.40 shows with the same certificates and clients, unless a test says
/// otherwise.
class CertificateChoiceTest {
    private static final TestAuthority MESH = TestAuthority.create("mesh");
    private static final KeyPair RSA = TestAuthority.newRsaKeys(2048);
    private static final KeyPair P256 = TestAuthority.newKeys();
    private static final KeyPair P384 = TestAuthority.newKeys("secp384r1");

    private static final int RSA_SIGNATURE = 0x0804;
    private static final int P256_SIGNATURE = 0x0403;
    private static final int P384_SIGNATURE = 0x0503;
    private static final int RSA_SUITE = 0xc02f;
    private static final int ELLIPTIC_SUITE = 0xc02b;
    private static final int X25519_GROUP = 29;
    private static final int P256_GROUP = 23;

    private static final List<String> NAMES = List.of("rsa", "ec", "rsa-b", "ec-wildcard", "ec-384", "rsa-cn");
    private static final List<TestAuthority.Issued> ISSUED = List.of(
            MESH.issue(RSA, dns("a.example")),
            MESH.issue(P256, dns("a.example")),
            MESH.issue(RSA, dns("B.example")),
            MESH.issue(P256, dns("*.w.example")),
            MESH.issue(P384, dns("p384.example")),
            MESH.issueCommonName("cn.example", RSA));

    private static KeyMaterial material(TestAuthority.Issued issued) {
        return switch (KeyMaterial.read("test", issued.chain(), issued.key())) {
            case Checked.Ok<KeyMaterial>(var good, var _) -> good;
            case Checked.Rejected<KeyMaterial>(var problems) -> throw new IllegalArgumentException(problems.toString());
        };
    }

    private static String shown(boolean fullScan, List<Integer> order, ClientHello hello) {
        var certificates =
                order.stream().map(number -> material(ISSUED.get(number))).toList();
        var choice = new CertificateChoice(
                certificates,
                fullScan,
                true,
                List.of("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"));
        return NAMES.get(order.get(choice.choose(hello)));
    }

    private static ClientHello modern(String serverName, Integer... signatures) {
        return new ClientHello(serverName, true, List.of(0x1301), List.of(P256_GROUP), List.of(signatures));
    }

    private static ClientHello old(int suite, int group) {
        return new ClientHello(
                "", false, List.of(RSA_SUITE, suite), List.of(X25519_GROUP, group), List.of(P256_SIGNATURE));
    }

    private static Optional<String> none(String name) {
        return Optional.ofNullable(name).filter(text -> !text.isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "             , ec         , rsa",
        "a.example    , ec         , rsa",
        "b.example    , rsa-b      , rsa-b",
        "x.w.example  , ec-wildcard, rsa",
        "y.x.w.example, rsa        , rsa",
        "w.example    , rsa        , rsa",
        "p384.example , ec-384     , rsa",
        "cn.example   , rsa-cn     , rsa-cn",
        "other.example, rsa        , rsa"
    })
    void the_name_decides_and_of_those_for_it_the_kind_of_key(String asked, String preferred, String withRsaOnly) {
        var name = none(asked).orElse("");
        var order = List.of(0, 1, 2, 3, 4, 5);
        assertThat(shown(false, order, modern(name, P256_SIGNATURE, P384_SIGNATURE, RSA_SIGNATURE)))
                .isEqualTo(preferred);
        assertThat(shown(false, order, modern(name, RSA_SIGNATURE))).isEqualTo(withRsaOnly);
    }

    @ParameterizedTest
    @CsvSource({
        "             , ec-384     , rsa-b",
        "a.example    , ec         , rsa",
        "x.w.example  , ec-wildcard, rsa-b",
        "y.x.w.example, ec-384     , rsa-b",
        "p384.example , ec-384     , rsa-b",
        "other.example, ec-384     , rsa-b"
    })
    void a_full_scan_finds_one_for_the_client_where_the_name_finds_none(
            String asked, String preferred, String withRsaOnly) {
        var name = none(asked).orElse("");
        var order = List.of(4, 3, 2, 0, 1);
        assertThat(shown(true, order, modern(name, P256_SIGNATURE, P384_SIGNATURE, RSA_SIGNATURE)))
                .isEqualTo(preferred);
        assertThat(shown(true, order, modern(name, RSA_SIGNATURE))).isEqualTo(withRsaOnly);
    }

    @Test
    void a_curve_that_the_client_cannot_check_is_passed_over() {
        var client = modern("", P384_SIGNATURE, RSA_SIGNATURE);
        assertThat(shown(false, List.of(0, 1), client)).isEqualTo("rsa");
        assertThat(shown(false, List.of(0, 1, 4), client)).isEqualTo("ec-384");
    }

    @Test
    void clients_of_tls_1_2_are_judged_by_curves_and_cipher_suites() {
        assertThat(shown(false, List.of(0, 1), old(ELLIPTIC_SUITE, P256_GROUP))).isEqualTo("ec");
        assertThat(shown(false, List.of(0, 1), old(RSA_SUITE, P256_GROUP))).isEqualTo("rsa");
        assertThat(shown(false, List.of(0, 1), old(ELLIPTIC_SUITE, X25519_GROUP)))
                .isEqualTo("rsa");
    }

    @Test
    void of_one_kind_the_first_counts() {
        var order = List.of(1, 3, 0, 2);
        assertThat(shown(false, order, modern("", P256_SIGNATURE))).isEqualTo("ec");
        assertThat(shown(false, order, modern("", RSA_SIGNATURE))).isEqualTo("rsa");
    }

    @Test
    void names_are_compared_without_regard_to_case_where_envoy_regards_it() {
        assertThat(shown(false, List.of(0, 2), modern("b.example", RSA_SIGNATURE)))
                .isEqualTo("rsa-b");
    }

    @Test
    void short_keys_are_refused() {
        var weak = MESH.issue(TestAuthority.newRsaKeys(1024), dns("a.example"));
        assertThat(KeyMaterial.read("Secret weak", weak.chain(), weak.key()).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString()).contains("Secret weak", "2048 bits"));
    }

    @ParameterizedTest
    @EnumSource(
            value = SslProvider.class,
            names = {"OPENSSL_REFCNT", "JDK"})
    void a_server_has_a_context_for_each_of_its_certificates(SslProvider provider) {
        var secrets = new SecretStore(Optional.empty(), FileWatch.still());
        var settings = new ServerTls(
                new ServerCertificates(
                        ISSUED.subList(0, 2).stream()
                                .<CertificateSource>map(
                                        issued -> new CertificateSource.Inline(issued.chain(), issued.key()))
                                .toList(),
                        false),
                PeerVerification.NONE,
                false,
                TlsParameters.DEFAULT,
                List.of(),
                TlsSessions.DEFAULT);
        var handlers = TlsContexts.with(provider, secrets).server(settings);
        assertThat(handlers.problems()).isEmpty();
        assertThat(handlers.choosesByHello()).isTrue();
        assertThat(handlers.certificates().chain())
                .extracting(certificate -> certificate.getPublicKey().getAlgorithm())
                .contains("RSA", "EC");
        for (var hello : List.of(modern("", P256_SIGNATURE), modern("", RSA_SIGNATURE))) {
            assertThat(handlers.newHandler(UnpooledByteBufAllocator.DEFAULT, hello))
                    .isPresent();
        }
    }
}
