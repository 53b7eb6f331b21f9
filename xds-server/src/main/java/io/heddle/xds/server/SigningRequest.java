package io.heddle.xds.server;

import io.heddle.model.name.Entitlement;
import java.time.Duration;
import java.util.Optional;

/// A proxy asks for a certificate.
///
/// @param csrPem a PKCS#10 request; only its public key counts
/// @param validity the lifetime asked for; zero when the proxy leaves it open
/// @param bearerToken the join token of a first call
/// @param certificate what the connection's client certificate proves, for a renewal
public record SigningRequest(
        String csrPem, Duration validity, Optional<String> bearerToken, Optional<Entitlement> certificate) {}
