package io.heddle.xds.read.cluster;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.heddle.traffic.runtime.Cluster.Discovery;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.Scope;
import java.util.Optional;

/// What a cluster must say that no single field of it shows: what goes with what, and what must not be left out. As
/// Envoy has it.
final class ClusterRules {
    private static final String EXTENSIONS = "typed_extension_protocol_options";
    private static final String PROTOCOL_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    private static final String NETWORK_FILTER = "envoy.filters.network.";

    private ClusterRules() {}

    /// Reports what `message` must not say, or must.
    static void check(Cluster message, Discovery discovery, Scope scope) {
        if (message.hasConnectTimeout()
                && message.getConnectTimeout().getSeconds() == 0
                && message.getConnectTimeout().getNanos() == 0) {
            scope.at("connect_timeout").error("is 0s", "write for example 5s");
        }
        checkExtensions(message, scope);
        checkProbe(message, scope);
        if (discovery instanceof Discovery.Dns dns && dns.logical()) {
            checkName(message, scope.at("load_assignment"));
        }
    }

    private static void checkExtensions(Cluster message, Scope scope) {
        message.getTypedExtensionProtocolOptionsMap().forEach((name, any) -> {
            var here = scope.at(EXTENSIONS, name);
            boolean http = name.equals(PROTOCOL_OPTIONS);
            if (http && !Scope.type(any).equals(PROTOCOL_OPTIONS)) {
                here.error("is of another type: " + Scope.type(any), "use " + PROTOCOL_OPTIONS);
            } else if (!http && !name.startsWith(NETWORK_FILTER)) {
                here.error("is no extension that has options of protocols", "remove it");
            }
        });
        options(message).ifPresent(options -> {
            var here = scope.at(EXTENSIONS, PROTOCOL_OPTIONS);
            var remedy = "set http_protocol_options or http2_protocol_options in explicit_http_config";
            switch (options.getUpstreamProtocolOptionsCase()) {
                case UPSTREAMPROTOCOLOPTIONS_NOT_SET -> here.error("names no protocol", remedy);
                case EXPLICIT_HTTP_CONFIG -> {
                    var explicit = options.getExplicitHttpConfig();
                    boolean named = explicit.hasHttpProtocolOptions()
                            || explicit.hasHttp2ProtocolOptions()
                            || explicit.hasHttp3ProtocolOptions();
                    if (!named) {
                        here.at("explicit_http_config").error("names no protocol", remedy);
                    }
                }
                case USE_DOWNSTREAM_PROTOCOL_CONFIG, AUTO_CONFIG -> {}
            }
        });
    }

    private static Optional<HttpProtocolOptions> options(Cluster message) {
        var any =
                message.getTypedExtensionProtocolOptionsMap().getOrDefault(PROTOCOL_OPTIONS, Any.getDefaultInstance());
        var silent = new Scope(new Findings(), "", ""); // What is malformed is told where it is read.
        return Scope.type(any).equals(PROTOCOL_OPTIONS)
                ? silent.unpack(any, HttpProtocolOptions.parser())
                : Optional.empty();
    }

    /// gRPC asks over HTTP/2.
    @SuppressWarnings("deprecation") // `http2_protocol_options` is still written
    private static void checkProbe(Cluster message, Scope scope) {
        boolean speaks = options(message).map(ClusterRules::speaksHttp2).orElse(message.hasHttp2ProtocolOptions());
        for (int i = 0; i < message.getHealthChecksCount(); i++) {
            if (message.getHealthChecks(i).hasGrpcHealthCheck() && !speaks) {
                scope.at("health_checks", i)
                        .at("grpc_health_check")
                        .error(
                                "needs a cluster that speaks HTTP/2",
                                "set http2_protocol_options in explicit_http_config, or check over HTTP or TCP");
            }
        }
    }

    private static boolean speaksHttp2(HttpProtocolOptions options) {
        return switch (options.getUpstreamProtocolOptionsCase()) {
            case EXPLICIT_HTTP_CONFIG -> options.getExplicitHttpConfig().hasHttp2ProtocolOptions();
            case USE_DOWNSTREAM_PROTOCOL_CONFIG ->
                options.getUseDownstreamProtocolConfig().hasHttp2ProtocolOptions();
            case AUTO_CONFIG -> true;
            case UPSTREAMPROTOCOLOPTIONS_NOT_SET -> false;
        };
    }

    /// All addresses of one name are one host.
    private static void checkName(Cluster message, Scope scope) {
        var localities = message.getLoadAssignment().getEndpointsList();
        if (localities.size() != 1 || localities.getFirst().getLbEndpointsCount() != 1) {
            scope.error("is not one endpoint, of which a cluster of this type has one", "keep one, or use STRICT_DNS");
        }
    }
}
