package io.heddle.xds.client;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.heddle.xds.ca.IstioCertificateRequest;
import io.heddle.xds.ca.IstioCertificateServiceGrpc;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Asks the control plane for a certificate. Blocks; each call opens its own connection. Thread-safe.
///
/// @param host the control plane's host; its certificate must be for this name or address
/// @param port its TLS port
/// @param root the mesh root in PEM
public record CertificateClient(String host, int port, Path root) {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final int TIMEOUT_SECONDS = 10;

    /// The outcome.
    public sealed interface Outcome {
        /// A certificate was issued.
        ///
        /// @param chainPem PEM blocks, leaf first, root last
        record Issued(List<String> chainPem) implements Outcome {
            public Issued {
                chainPem = List.copyOf(chainPem);
            }
        }

        /// The control plane refused; asking again will not help.
        ///
        /// @param reason its words
        record Refused(String reason) implements Outcome {}

        /// The control plane could not be asked; asking again may help.
        ///
        /// @param reason why not
        record Unreachable(String reason) implements Outcome {}
    }

    /// First call: a single-use join token proves who asks.
    public Outcome join(String csrPem, Duration validity, String token) {
        return call(csrPem, validity, Optional.of(token), Optional.empty());
    }

    /// Renewal: the current certificate proves who asks.
    public Outcome renew(String csrPem, Duration validity, TlsFiles identity) {
        return call(csrPem, validity, Optional.empty(), Optional.of(identity));
    }

    private Outcome call(String csrPem, Duration validity, Optional<String> token, Optional<TlsFiles> identity) {
        ManagedChannel channel;
        try {
            channel = NettyChannelBuilder.forAddress(host, port)
                    .sslContext(ClientTls.context(root, identity))
                    .build();
        } catch (IOException e) {
            return new Outcome.Unreachable(String.valueOf(e.getMessage()));
        }
        try {
            var headers = new Metadata();
            token.ifPresent(text -> headers.put(AUTHORIZATION, "Bearer " + text));
            var request = IstioCertificateRequest.newBuilder()
                    .setCsr(csrPem)
                    .setValidityDuration(validity.toSeconds())
                    .build();
            var answer = IstioCertificateServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .createCertificate(request);
            return new Outcome.Issued(answer.getCertChainList());
        } catch (StatusRuntimeException e) {
            return outcome(e.getStatus());
        } finally {
            channel.shutdownNow();
        }
    }

    private static Outcome outcome(Status status) {
        var reason = status.getDescription() == null ? status.getCode().name() : status.getDescription();
        return switch (status.getCode()) {
            case UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT -> new Outcome.Refused(reason);
            default ->
                new Outcome.Unreachable(
                        status.getCause() == null
                                ? reason
                                : reason + ": " + status.getCause().getMessage());
        };
    }
}
