package io.heddle.xds.write;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import io.heddle.model.name.Port;
import io.heddle.model.resource.Service;

/// Writes which HTTP is spoken to a cluster's hosts. Nothing is written where it is HTTP/1.1.
final class ProtocolWriter {
    static final String HTTP1 = "http/1.1";
    static final String HTTP2 = "h2";

    private static final String OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private ProtocolWriter() {}

    /// What two sidecars agree on by ALPN: HTTP/2, or HTTP/1.1 with one that knows nothing newer.
    static void agreed(Cluster.Builder cluster) {
        cluster.putTypedExtensionProtocolOptions(
                OPTIONS,
                Any.pack(HttpProtocolOptions.newBuilder()
                        .setAutoConfig(AutoHttpConfig.newBuilder()
                                .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance())
                                .setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance()))
                        .build()));
    }

    /// What an application speaks that is not in the mesh, or behind its own sidecar.
    static void plain(Cluster.Builder cluster, Port.Protocol protocol) {
        switch (protocol) {
            case HTTP, TCP -> {}
            case HTTP2 ->
                cluster.putTypedExtensionProtocolOptions(
                        OPTIONS,
                        Any.pack(HttpProtocolOptions.newBuilder()
                                .setExplicitHttpConfig(ExplicitHttpConfig.newBuilder()
                                        .setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance()))
                                .build()));
        }
    }

    /// What is spoken on the application's port: what the service says of the ports that lead there, else of all
    /// its ports. Where those do not agree, or there are none, HTTP/1.1, which can be told from the rest.
    static Port.Protocol application(Service service, int applicationPort) {
        var leading = service.ports().stream()
                .filter(port -> applicationPort
                        == (port.targetPort() > 0
                                ? port.targetPort()
                                : port.port().number()))
                .toList();
        var spoken = (leading.isEmpty() ? service.ports() : leading)
                .stream().map(port -> port.port().protocol()).distinct().toList();
        return spoken.size() == 1 ? spoken.getFirst() : Port.Protocol.HTTP;
    }
}
