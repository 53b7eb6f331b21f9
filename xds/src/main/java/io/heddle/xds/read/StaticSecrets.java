package io.heddle.xds.read;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The secrets of a bootstrap that are more than texts: they name files, or say what names a peer must have. They are
/// put where the bootstrap's listeners and clusters name them, as if they had been written there.
///
/// What cannot be read stays as it is, for the readers to complain of.
final class StaticSecrets {
    private final Map<String, Secret> byName = new HashMap<>();

    StaticSecrets(List<Secret> secrets) {
        secrets.stream().filter(StaticSecrets::isPlaced).forEach(secret -> byName.put(secret.getName(), secret));
    }

    /// Whether `secret` is one of these, and not for everybody to name.
    static boolean isPlaced(Secret secret) {
        var certificate = secret.getTlsCertificate();
        var validation = secret.getValidationContext();
        return certificate.getCertificateChain().hasFilename()
                || certificate.getPrivateKey().hasFilename()
                || validation.getTrustedCa().hasFilename()
                || validation.getCrl().hasFilename()
                || !validation.toBuilder()
                        .clearTrustedCa()
                        .clearCrl()
                        .build()
                        .equals(CertificateValidationContext.getDefaultInstance());
    }

    Listener place(Listener message) {
        if (byName.isEmpty()) {
            return message;
        }
        var placed = message.toBuilder();
        placed.getFilterChainsBuilderList().forEach(this::place);
        if (message.hasDefaultFilterChain()) {
            place(placed.getDefaultFilterChainBuilder());
        }
        return placed.build();
    }

    private void place(FilterChain.Builder chain) {
        if (chain.hasTransportSocket()) {
            chain.setTransportSocket(place(chain.getTransportSocket()));
        }
    }

    Cluster place(Cluster message) {
        if (byName.isEmpty()) {
            return message;
        }
        var placed = message.toBuilder();
        if (message.hasTransportSocket()) {
            placed.setTransportSocket(place(message.getTransportSocket()));
        }
        placed.getTransportSocketMatchesBuilderList()
                .forEach(match -> match.setTransportSocket(place(match.getTransportSocket())));
        return placed.build();
    }

    private TransportSocket place(TransportSocket message) {
        var any = message.getTypedConfig();
        try {
            if (any.is(DownstreamTlsContext.class)) {
                var tls = any.unpack(DownstreamTlsContext.class).toBuilder();
                return with(
                        message,
                        Any.pack(tls.setCommonTlsContext(place(tls.getCommonTlsContext()))
                                .build()));
            }
            if (any.is(UpstreamTlsContext.class)) {
                var tls = any.unpack(UpstreamTlsContext.class).toBuilder();
                return with(
                        message,
                        Any.pack(tls.setCommonTlsContext(place(tls.getCommonTlsContext()))
                                .build()));
            }
            if (any.is(ProxyProtocolUpstreamTransport.class)) {
                var behind = any.unpack(ProxyProtocolUpstreamTransport.class).toBuilder();
                return with(
                        message,
                        Any.pack(behind.setTransportSocket(place(behind.getTransportSocket()))
                                .build()));
            }
        } catch (InvalidProtocolBufferException _) {
            // its reader says so
        }
        return message;
    }

    private static TransportSocket with(TransportSocket message, Any config) {
        return message.toBuilder().setTypedConfig(config).build();
    }

    private CommonTlsContext place(CommonTlsContext message) {
        var placed = message.toBuilder();
        var certificates = message.getTlsCertificateSdsSecretConfigsList().stream()
                .flatMap(config -> find(config).stream())
                .filter(Secret::hasTlsCertificate)
                .map(Secret::getTlsCertificate)
                .toList();
        if (certificates.size() == message.getTlsCertificateSdsSecretConfigsCount()) {
            placed.clearTlsCertificateSdsSecretConfigs().addAllTlsCertificates(certificates);
        }
        if (message.hasValidationContextSdsSecretConfig()) {
            find(message.getValidationContextSdsSecretConfig())
                    .filter(Secret::hasValidationContext)
                    .ifPresent(secret -> placed.setValidationContext(secret.getValidationContext()));
        }
        if (message.hasCombinedValidationContext()) {
            var combined = message.getCombinedValidationContext();
            find(combined.getValidationContextSdsSecretConfig())
                    .filter(Secret::hasValidationContext)
                    .ifPresent(secret -> placed.setValidationContext(combined.getDefaultValidationContext().toBuilder()
                            .mergeFrom(secret.getValidationContext())));
        }
        return placed.build();
    }

    /// What stands in the bootstrap is named without a source.
    private Optional<Secret> find(SdsSecretConfig message) {
        return message.hasSdsConfig() ? Optional.empty() : Optional.ofNullable(byName.get(message.getName()));
    }
}
