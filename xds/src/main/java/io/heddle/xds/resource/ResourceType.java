package io.heddle.xds.resource;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.heddle.xds.schema.Schema;
import java.util.Optional;

/// The kinds of resources that travel over ADS, in the order in which additions are made so that nothing ever
/// refers to something that is not there yet (Envoy's "eventual consistency considerations": make before break).
/// Removals go after all additions.
public enum ResourceType {
    /// Clusters.
    CDS(Cluster.getDefaultInstance()),
    /// The endpoints of clusters.
    EDS(ClusterLoadAssignment.getDefaultInstance()),
    /// Listeners.
    LDS(Listener.getDefaultInstance()),
    /// Route configurations.
    RDS(RouteConfiguration.getDefaultInstance()),
    /// Virtual hosts of route configurations, under names of the form `<route configuration>/<host>`.
    VHDS(VirtualHost.getDefaultInstance()),
    /// Secrets: certificates and trust bundles.
    SDS(Secret.getDefaultInstance());

    private static final String TYPE_PREFIX = "type.googleapis.com/";

    private final Message prototype;
    private final String typeUrl;

    ResourceType(Message prototype) {
        this.prototype = prototype;
        this.typeUrl = typeUrl(prototype);
    }

    /// The type with this URL; empty when it is none of these.
    public static Optional<ResourceType> ofTypeUrl(String typeUrl) {
        for (var type : values()) {
            if (type.typeUrl.equals(typeUrl)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /// The type URL, for example `type.googleapis.com/envoy.config.cluster.v3.Cluster`.
    public String typeUrl() {
        return typeUrl;
    }

    /// How the resource called `name` is spoken of in problems, for example `Cluster reviews`.
    public String object(String name) {
        return prototype.getClass().getSimpleName() + " " + name;
    }

    /// Whether a client may ask for all resources of the type by naming none (the old wildcard form).
    public boolean wildcardByDefault() {
        return this == CDS || this == LDS;
    }

    /// Whether the name of a resource stands in it, and not beside it.
    boolean namesItself() {
        return this != VHDS;
    }

    /// The type URL of a message, without a look at its descriptor.
    static String typeUrl(Message message) {
        return TYPE_PREFIX + Schema.fullName(message.getClass());
    }

    /// Parses bytes of this type.
    Message parse(com.google.protobuf.ByteString bytes) throws InvalidProtocolBufferException {
        return prototype.getParserForType().parseFrom(bytes);
    }

    /// The name that a message carries in itself.
    ///
    /// @throws IllegalArgumentException when the message is not of a type in this enum
    static String nameOf(Message message) {
        return switch (message) {
            case Cluster cluster -> cluster.getName();
            case ClusterLoadAssignment endpoints -> endpoints.getClusterName();
            case Listener listener -> listener.getName();
            case RouteConfiguration routes -> routes.getName();
            case VirtualHost host -> host.getName();
            case Secret secret -> secret.getName();
            default ->
                throw new IllegalArgumentException("not an xDS resource: " + Schema.fullName(message.getClass()));
        };
    }
}
