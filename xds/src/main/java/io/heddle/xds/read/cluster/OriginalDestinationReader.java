package io.heddle.xds.read.cluster;

import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.OriginalDstLbConfig;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.runtime.Cluster.Discovery;
import io.heddle.traffic.runtime.DestinationRules;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.MetadataReader;
import io.heddle.xds.read.core.Scope;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads clusters whose hosts are whatever connections or requests were meant for.
final class OriginalDestinationReader {
    private static final HeaderName STANDARD = HeaderName.of("x-envoy-original-dst-host");
    private static final int LARGEST_PORT = 65_535;

    private static final Fields<OriginalDstLbConfig> CONFIG = Fields.refusingOthers(OriginalDstLbConfig.class)
            .reads("use_http_header", "http_header_name")
            .limits("upstream_port_override", "1 to 65,535")
            .limits("metadata_key", "dynamic metadata of requests");

    private OriginalDestinationReader() {}

    /// What of them is read.
    static final Fields<?> FIELDS = CONFIG;

    /// Envoy demands CLUSTER_PROVIDED and no endpoints.
    static Discovery read(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        if (message.getLbPolicy() != LbPolicy.CLUSTER_PROVIDED) {
            scope.at("lb_policy").error("ORIGINAL_DST needs CLUSTER_PROVIDED", "set lb_policy: CLUSTER_PROVIDED");
        }
        if (message.hasLoadAssignment()) {
            scope.at("load_assignment").error("ORIGINAL_DST has no endpoints of its own", "remove it");
        }
        return new Discovery.OriginalDestination(
                rules(message.getOriginalDstLbConfig(), scope.at("original_dst_lb_config")));
    }

    /// The same of a cluster of another type, which they do not concern.
    static void elsewhere(io.envoyproxy.envoy.config.cluster.v3.Cluster message, Scope scope) {
        if (message.hasOriginalDstLbConfig()) {
            var here = scope.at("original_dst_lb_config");
            rules(message.getOriginalDstLbConfig(), here);
            here.warning("has no effect: the cluster is not of type ORIGINAL_DST", "remove it");
        }
    }

    private static DestinationRules rules(OriginalDstLbConfig message, Scope scope) {
        scope.check(message, CONFIG);
        return new DestinationRules(
                message.hasMetadataKey()
                        ? Optional.of(place(MetadataReader.place(message.getMetadataKey(), scope.at("metadata_key"))))
                        : Optional.empty(),
                header(message, scope),
                message.hasUpstreamPortOverride()
                        ? port(message.getUpstreamPortOverride().getValue(), scope.at("upstream_port_override"))
                        : OptionalInt.empty());
    }

    private static DestinationRules.Place place(MetadataReader.Place found) {
        return new DestinationRules.Place(found.namespace(), found.path());
    }

    private static Optional<HeaderName> header(OriginalDstLbConfig message, Scope scope) {
        var here = scope.at("http_header_name");
        var name = message.getHttpHeaderName();
        if (!message.getUseHttpHeader()) {
            if (!name.isEmpty()) {
                here.error("is set, and use_http_header is not", "set use_http_header: true");
            }
            return Optional.empty();
        }
        return name.isEmpty() ? Optional.of(STANDARD) : HeadTexts.headerName(name, here);
    }

    private static OptionalInt port(int value, Scope scope) {
        if (value < 1 || value > LARGEST_PORT) {
            scope.error("is no port: " + Integer.toUnsignedString(value), "write 1 to " + LARGEST_PORT);
            return OptionalInt.empty();
        }
        return OptionalInt.of(value);
    }
}
