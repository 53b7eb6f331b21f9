package io.heddle.xds.write;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;

/// Writes the trust bundle as a secret.
final class SecretWriter {
    private SecretWriter() {}

    static Secret write(String rootBundlePem) {
        return Secret.newBuilder()
                .setName(Names.ROOT_BUNDLE)
                .setValidationContext(CertificateValidationContext.newBuilder()
                        .setTrustedCa(DataSource.newBuilder().setInlineString(rootBundlePem)))
                .build();
    }
}
