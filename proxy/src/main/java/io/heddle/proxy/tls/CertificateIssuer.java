package io.heddle.proxy.tls;

import java.time.Duration;
import java.util.List;

/// Who issues the proxy's own certificate. Calls may block; thread-safe.
public interface CertificateIssuer {
    /// First call: a single-use join token proves who asks.
    ///
    /// @param csrPem the request (PKCS#10)
    /// @param validity how long the certificate is asked to be good for
    Outcome join(String csrPem, Duration validity, String token);

    /// Renewal: the proxy's current certificate proves who asks.
    Outcome renew(String csrPem, Duration validity);

    /// The outcome.
    sealed interface Outcome {
        /// A certificate was issued.
        ///
        /// @param chainPem PEM blocks, leaf first, root last
        record Issued(List<String> chainPem) implements Outcome {
            public Issued {
                chainPem = List.copyOf(chainPem);
            }
        }

        /// The issuer refused; asking again will not help.
        ///
        /// @param reason its words
        record Refused(String reason) implements Outcome {}

        /// The issuer could not be asked; asking again may help.
        ///
        /// @param reason why not
        record Unreachable(String reason) implements Outcome {}
    }
}
