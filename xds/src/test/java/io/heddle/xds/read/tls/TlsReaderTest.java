package io.heddle.xds.read.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.PeerVerification;
import io.heddle.traffic.runtime.ServerTls;
import io.heddle.traffic.runtime.TlsSessions;
import io.heddle.traffic.runtime.TrustSource;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.Scope;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TlsReaderTest {
    private static final String HASH = "ab".repeat(32);
    private static final String SPKI = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=";

    private final Findings findings = new Findings();
    private final Scope scope = new Scope(findings, "Cluster c", "");

    private static <B extends com.google.protobuf.Message.Builder> B parse(String json, B message) {
        try {
            JsonFormat.parser().merge(json.replace('\'', '"'), message);
            return message;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private ClientTls client(String common) {
        var message = parse("{'common_tls_context': {" + common + "}}", UpstreamTlsContext.newBuilder());
        return TlsReader.client(message.build(), scope);
    }

    private ServerTls server(String fields) {
        return TlsReader.server(
                parse("{" + fields + "}", DownstreamTlsContext.newBuilder()).build(), scope);
    }

    private List<String> problems() {
        return findings.problems().stream().map(Problem::toString).toList();
    }

    @Test
    void reads_pins_lists_and_depth() {
        var verification = client(
                        "'validation_context': {'trusted_ca': {'filename': '/ca'}, 'crl': {'filename': '/crl'},"
                                + " 'only_verify_leaf_cert_crl': true, 'max_verify_depth': 3,"
                                + " 'verify_certificate_hash': ['" + "AB:".repeat(31) + "AB'],"
                                + " 'verify_certificate_spki': ['" + SPKI + "']}")
                .verification();
        assertThat(problems()).isEmpty();
        assertThat(verification.pins()).isEqualTo(new PeerVerification.Pins(List.of(HASH), List.of(HASH)));
        assertThat(verification.revocation())
                .isEqualTo(new PeerVerification.Revocation(new TrustSource.File("/crl"), true));
        assertThat(verification.maxDepth()).hasValue(3);
    }

    @Test
    void keeps_what_is_fixed_beside_a_secret() {
        var verification = client("'combined_validation_context': {'default_validation_context':"
                        + " {'verify_certificate_hash': ['" + HASH + "'], 'crl': {'filename': '/crl'}},"
                        + " 'validation_context_sds_secret_config': {'name': 'ROOTCA', 'sds_config': {'ads': {}}}}")
                .verification();
        assertThat(problems()).isEmpty();
        assertThat(verification.trust()).isEqualTo(new TrustSource.Secret("ROOTCA"));
        assertThat(verification.pins().certificates()).containsExactly(HASH);
        assertThat(verification.revocation().lists()).isEqualTo(new TrustSource.File("/crl"));
    }

    @Test
    void takes_a_client_certificate_by_its_pin_alone() {
        var tls = server("'require_client_certificate': true, 'common_tls_context': {'validation_context':"
                + " {'verify_certificate_hash': ['" + HASH + "']}, 'tls_certificates': [{'certificate_chain':"
                + " {'filename': '/a'}, 'private_key': {'filename': '/b'}}]}");
        assertThat(problems()).isEmpty();
        assertThat(tls.requireClientCertificate()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'verify_certificate_hash': ['ab']|verify_certificate_hash[0]: is no SHA-256 in hexadecimal; write 64"
                        + " digits",
                "'verify_certificate_spki': ['ab']|verify_certificate_spki[0]: is no SHA-256 in base64; write the base64"
                        + " of 32 bytes",
                "'allow_expired_certificate': true|allow_expired_certificate: is not supported; remove it; the resource"
                        + " cannot be honoured as written",
                "'trust_chain_verification': 'ACCEPT_UNTRUSTED'|trust_chain_verification: is not supported; remove it;"
                        + " the resource cannot be honoured as written",
                "'require_signed_certificate_timestamp': true|require_signed_certificate_timestamp: is not supported;"
                        + " remove it; the resource cannot be honoured as written",
                "'custom_validator_config': {'name': 'x'}|custom_validator_config: is not supported; remove it; the"
                        + " resource cannot be honoured as written",
            })
    void refuses_what_is_not_enforced(String field, String problem) {
        client("'validation_context': {'trusted_ca': {'filename': '/ca'}, " + field + "}");
        assertThat(problems()).containsExactly("Cluster c: common_tls_context.validation_context." + problem);
    }

    @Test
    void refuses_to_look_up_the_revocation_of_what_nothing_verifies() {
        client("'validation_context': {'crl': {'filename': '/crl'}}");
        assertThat(problems())
                .containsExactly("Cluster c: common_tls_context: looks up the revocation of a certificate that nothing"
                        + " verifies; set trusted_ca");
    }

    @Test
    void reads_suites_and_curves_by_their_names() {
        var parameters = client("'tls_params': {'cipher_suites':"
                        + " ['[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]',"
                        + " 'ECDHE-RSA-AES256-GCM-SHA384'], 'ecdh_curves': ['X25519', 'P-256']}")
                .parameters();
        assertThat(problems()).isEmpty();
        assertThat(parameters.cipherSuites())
                .containsExactly(
                        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
        assertThat(parameters.curves()).containsExactly("x25519", "secp256r1");
    }

    @Test
    void names_a_suite_and_a_curve_that_are_not_known() {
        client("'tls_params': {'cipher_suites': ['RC4-MD5'], 'ecdh_curves': ['P-111'],"
                + " 'signature_algorithms': ['rsa_pkcs1_sha1']}");
        assertThat(problems())
                .anyMatch(line -> line.startsWith(
                        "Cluster c: common_tls_context.tls_params.cipher_suites[0]: is not known: RC4-MD5; use ECDHE-"))
                .anyMatch(line -> line.startsWith("Cluster c: common_tls_context.tls_params.ecdh_curves[0]: is not"
                        + " known: P-111; use P-256, P-384, P-521, X25519"))
                .anyMatch(line -> line.startsWith(
                        "Cluster c: common_tls_context.tls_params.signature_algorithms: is not supported"));
    }

    @Test
    void keeps_as_many_sessions_as_are_asked_for_within_bounds() {
        var files = "'common_tls_context': {'tls_certificates': [{'certificate_chain': {'filename': '/a'},"
                + " 'private_key': {'filename': '/b'}}]}";
        assertThat(server(files).sessions()).isEqualTo(TlsSessions.DEFAULT);
        assertThat(server(files + ", 'disable_stateful_session_resumption': true, 'session_timeout': '60s'")
                        .sessions())
                .isEqualTo(new TlsSessions(0, Duration.ofMinutes(1), true));
        assertThat(server(files + ", 'disable_stateless_session_resumption': true")
                        .sessions()
                        .tickets())
                .isFalse();
        assertThat(upstreamSessions("0").kept()).isZero();
        assertThat(upstreamSessions("7").kept()).isEqualTo(7);
        assertThat(upstreamSessions("4294967295").kept()).isEqualTo(TlsSessions.DEFAULT.kept());
        assertThat(problems()).isEmpty();
    }

    private TlsSessions upstreamSessions(String most) {
        var message = parse("{'max_session_keys': " + most + "}", UpstreamTlsContext.newBuilder());
        return TlsReader.client(message.build(), scope).sessions();
    }

    @Test
    void a_secret_carries_its_revocation_lists_beside_its_authorities() {
        var trust = new HashMap<String, String>();
        var certificates = new HashMap<String, CertificateSource.Inline>();
        var secret = parse(
                "{'name': 'ROOTCA', 'validation_context': {'trusted_ca': {'inline_string': 'A'}, 'crl':"
                        + " {'inline_string': '-----BEGIN X509 CRL-----'}}}",
                Secret.newBuilder());
        SecretReader.read(secret.build(), trust, certificates, scope);
        assertThat(problems()).isEmpty();
        assertThat(trust).containsEntry("ROOTCA", "A\n-----BEGIN X509 CRL-----");
    }

    @Test
    void a_secret_whose_revocation_list_is_none_is_an_error() {
        var secret = parse(
                "{'name': 'ROOTCA', 'validation_context': {'trusted_ca': {'inline_string': 'A'}, 'crl':"
                        + " {'inline_string': 'B'}}}",
                Secret.newBuilder());
        SecretReader.read(secret.build(), new HashMap<>(), new HashMap<>(), scope);
        assertThat(problems()).singleElement().asString().contains("crl: is no list");
    }
}
