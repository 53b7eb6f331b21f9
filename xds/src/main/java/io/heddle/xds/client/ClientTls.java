package io.heddle.xds.client;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Makes TLS contexts for connections to the control plane.
final class ClientTls {
    private ClientTls() {}

    /// @throws IOException when a file cannot be read or makes no sense
    static SslContext context(Path root, Optional<TlsFiles> identity) throws IOException {
        try (var rootStream = Files.newInputStream(root)) {
            var builder = SslContextBuilder.forClient().trustManager(rootStream).protocols("TLSv1.3");
            if (identity.isPresent()) {
                try (var chain = Files.newInputStream(identity.get().chain());
                        var key = Files.newInputStream(identity.get().key())) {
                    builder.keyManager(chain, key);
                }
            }
            return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
        } catch (IllegalArgumentException e) {
            throw new IOException("unreadable certificate or key: " + e.getMessage(), e);
        }
    }
}
