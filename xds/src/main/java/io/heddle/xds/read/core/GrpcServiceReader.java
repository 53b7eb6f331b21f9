package io.heddle.xds.read.core;

import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.heddle.traffic.outside.GrpcService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads gRPC services behind clusters (`core.v3.GrpcService`).
public final class GrpcServiceReader {
    private static final Fields<io.envoyproxy.envoy.config.core.v3.GrpcService> GRPC_SERVICE = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.core.v3.GrpcService.class)
            .reads("envoy_grpc")
            .limits("timeout", "for calls with one answer; a stream of ADS has no end of its own, as in Envoy")
            .limits("initial_metadata", "plain text, no command operators (`%…%`), no names that HTTP or gRPC use")
            .rejects("google_grpc", "calls go through clusters: `envoy_grpc`");
    private static final Fields<io.envoyproxy.envoy.config.core.v3.GrpcService.EnvoyGrpc> ENVOY_GRPC =
            Fields.ignoringOthers(io.envoyproxy.envoy.config.core.v3.GrpcService.EnvoyGrpc.class)
                    .reads("cluster_name", "authority", "max_receive_message_length")
                    .accepts("skip_envoy_headers", "none of Envoy's headers is sent");

    /// What of a gRPC service is read.
    static final List<Fields<?>> FIELDS = List.of(GRPC_SERVICE, ENVOY_GRPC);

    private static final Set<String> TAKEN = Set.of(
            "connection",
            "content-length",
            "content-type",
            "host",
            "keep-alive",
            "proxy-connection",
            "te",
            "transfer-encoding",
            "upgrade",
            "user-agent");

    private GrpcServiceReader() {}

    /// The service; empty when it cannot be called, which is reported.
    ///
    /// @param largestMessage the largest message that is taken where the service does not say
    public static Optional<GrpcService> read(
            io.envoyproxy.envoy.config.core.v3.GrpcService message, int largestMessage, Scope scope) {
        scope.check(message, GRPC_SERVICE);
        var metadata = metadata(message.getInitialMetadataList(), scope);
        if (message.hasGoogleGrpc()) {
            scope.at("google_grpc")
                    .error("calls go through clusters only", "write envoy_grpc with the cluster of the same server");
            return Optional.empty();
        }
        if (!message.hasEnvoyGrpc()) {
            scope.at("envoy_grpc").error("is missing", "name one cluster");
            return Optional.empty();
        }
        var envoy = message.getEnvoyGrpc();
        var here = scope.at("envoy_grpc");
        here.check(envoy, ENVOY_GRPC);
        int largest = envoy.hasMaxReceiveMessageLength()
                        && envoy.getMaxReceiveMessageLength().getValue() > 0
                ? envoy.getMaxReceiveMessageLength().getValue()
                : largestMessage;
        return Optional.of(new GrpcService(
                envoy.getClusterName(),
                HeadTexts.authority(envoy.getAuthority(), here.at("authority")).orElse(envoy.getClusterName()),
                metadata,
                message.hasTimeout()
                        ? Values.duration(message.getTimeout(), Duration.ZERO, scope.at("timeout"))
                        : Duration.ZERO,
                largest));
    }

    private static List<GrpcService.Metadata> metadata(List<HeaderValue> entries, Scope scope) {
        var read = new ArrayList<GrpcService.Metadata>();
        for (int i = 0; i < entries.size(); i++) {
            var here = scope.at("initial_metadata", i);
            here.check(entries.get(i), HeaderEditReader.VALUE);
            var key = entries.get(i).getKey().toLowerCase(Locale.ROOT);
            var value = HeadTexts.value(entries.get(i).getValue(), here.at("value"));
            if (!entries.get(i).getRawValue().isEmpty()) {
                here.at("raw_value").error(Scope.NOT_SUPPORTED, "write a plain value");
            }
            if (!isKey(key)) {
                here.at("key").error("is no name for metadata: " + key, "choose another name");
            } else if (value.replace("%%", "").indexOf('%') >= 0) {
                here.at("value").error("command operators are not supported", "write a plain value");
            } else {
                read.add(new GrpcService.Metadata(key, value.replace("%%", "%")));
            }
        }
        return read;
    }

    private static boolean isKey(String key) {
        return !key.isEmpty()
                && !TAKEN.contains(key)
                && !key.startsWith("grpc-")
                && key.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "_-.".indexOf(c) >= 0);
    }
}
