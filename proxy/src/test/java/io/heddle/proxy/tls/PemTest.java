package io.heddle.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.junit.jupiter.api.Test;

/// Private keys in every form in which tools write them.
class PemTest {
    private static final String SEC1 = "EC PRIVATE KEY";

    private static PrivateKey elliptic() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair().getPrivate();
    }

    private static byte[] inner(PrivateKey key) throws Exception {
        return PrivateKeyInfo.getInstance(key.getEncoded())
                .parsePrivateKey()
                .toASN1Primitive()
                .getEncoded();
    }

    private static byte[] curve(PrivateKey key) throws Exception {
        return PrivateKeyInfo.getInstance(key.getEncoded())
                .getPrivateKeyAlgorithm()
                .getParameters()
                .toASN1Primitive()
                .getEncoded();
    }

    /// As `openssl ec` writes it: with the curve in it.
    private static byte[] sec1(PrivateKey key) throws Exception {
        var information = PrivateKeyInfo.getInstance(key.getEncoded());
        var bare = ECPrivateKey.getInstance(information.parsePrivateKey());
        return new ECPrivateKey(
                        256, bare.getKey(), information.getPrivateKeyAlgorithm().getParameters())
                .getEncoded();
    }

    @Test
    void reads_a_key_in_pkcs8() throws Exception {
        var key = elliptic();
        assertThat(Pem.privateKey(Pem.text(key))).isEqualTo(key);
    }

    @Test
    void reads_an_rsa_key_in_pkcs1() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var key = generator.generateKeyPair().getPrivate();
        assertThat(Pem.privateKey(Pem.block("RSA PRIVATE KEY", inner(key)))).isEqualTo(key);
    }

    @Test
    void reads_an_elliptic_key_in_sec1_that_names_its_curve() throws Exception {
        var key = elliptic();
        // Its encoding has the curve twice; the number is what counts.
        var read = (java.security.interfaces.ECPrivateKey) Pem.privateKey(Pem.block(SEC1, sec1(key)));
        assertThat(read.getS()).isEqualTo(((java.security.interfaces.ECPrivateKey) key).getS());
        assertThat(read.getParams().getCurve())
                .isEqualTo(((java.security.interfaces.ECPrivateKey) key)
                        .getParams()
                        .getCurve());
    }

    @Test
    void takes_the_curve_from_the_parameters_before_the_key() throws Exception {
        var key = elliptic();
        assertThat(Pem.privateKey(Pem.block("EC PARAMETERS", curve(key)) + Pem.block(SEC1, inner(key))))
                .isEqualTo(key);
    }

    @Test
    void refuses_a_key_without_a_curve_and_one_with_a_password() throws Exception {
        var key = elliptic();
        assertThatThrownBy(() -> Pem.privateKey(Pem.block(SEC1, inner(key)))).hasMessageContaining("curve");
        assertThatThrownBy(() -> Pem.privateKey(Pem.block("ENCRYPTED PRIVATE KEY", new byte[9])))
                .hasMessageContaining("has a password");
    }

    @Test
    void a_key_that_is_cut_anywhere_is_refused() throws Exception {
        byte[] whole = sec1(elliptic());
        for (int length = 0; length < whole.length; length++) {
            var cut = Pem.block(SEC1, Arrays.copyOf(whole, length));
            assertThatExceptionOfType(GeneralSecurityException.class)
                    .as("%d octets", length)
                    .isThrownBy(() -> Pem.privateKey(cut));
        }
    }
}
