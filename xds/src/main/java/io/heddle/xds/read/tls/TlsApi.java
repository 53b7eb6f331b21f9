package io.heddle.xds.read.tls;

import io.heddle.xds.read.core.ApiPart;
import java.util.List;

/// What is read of TLS contexts and secrets.
public final class TlsApi {
    /// In the order of `docs/reference/envoy-api.md`.
    public static final List<ApiPart> PARTS = List.of(
            new ApiPart("TLS", TlsReader.FIELDS),
            new ApiPart("TLS parameters", TlsParametersReader.FIELDS),
            new ApiPart("Verification of peers", ValidationReader.FIELDS),
            new ApiPart("Secrets", SecretReader.FIELDS));

    private TlsApi() {}
}
