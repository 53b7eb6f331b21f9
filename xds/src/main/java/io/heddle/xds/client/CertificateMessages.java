package io.heddle.xds.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.heddle.xds.ca.IstioCertificateRequest;
import io.heddle.xds.ca.IstioCertificateResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// The messages of the certificate service (`istio.v1.auth.IstioCertificateService`), as bytes.
public final class CertificateMessages {
    /// The path of its gRPC method.
    public static final String PATH = "/istio.v1.auth.IstioCertificateService/CreateCertificate";

    private CertificateMessages() {}

    /// Asks for a certificate.
    ///
    /// @param csrPem the request in PEM (PKCS#10)
    /// @param validity how long it should be good for
    public static byte[] request(String csrPem, Duration validity) {
        return IstioCertificateRequest.newBuilder()
                .setCsr(csrPem)
                .setValidityDuration(validity.toSeconds())
                .build()
                .toByteArray();
    }

    /// The certificates of an answer: PEM blocks, leaf first, root last.
    ///
    /// @throws IOException when the message is no answer, or has no certificate
    public static List<String> chain(byte[] response) throws IOException {
        var chain = IstioCertificateResponse.parseFrom(response).getCertChainList();
        if (chain.isEmpty()) {
            throw new InvalidProtocolBufferException("the answer has no certificate");
        }
        return List.copyOf(chain);
    }
}
