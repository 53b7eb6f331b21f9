package io.heddle.cli.sidecar;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import io.heddle.cli.output.Product;
import io.heddle.model.view.MeshSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;

/// The Envoy v3 bootstrap of a sidecar: who it is, where its control plane is and with which files it proves itself.
///
/// Written as JSON, which is YAML too, so that no value needs quoting rules of its own. The format is
/// `envoy.config.bootstrap.v3.Bootstrap`.
///
/// @param spec the workload
/// @param ports the sidecar's ports
/// @param xds host and port of the control plane's xDS service over TLS
/// @param identity the directory of `identity.pem` and `root.pem`
record Bootstrap(WorkloadSpec spec, SidecarPorts ports, String xds, Path identity) {
    private static final String CONTROL_CLUSTER = "heddle-control";
    private static final String PROTOCOL_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /// Host and port of the control plane that an earlier run wrote into `file`; empty when there is none to read.
    static Optional<String> xds(Path file) {
        try {
            var address = MAPPER.readTree(Files.readString(file))
                    .at("/static_resources/clusters/0/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address"
                            + "/socket_address");
            var host = address.path("address").asString("");
            int port = address.path("port_value").asInt(0);
            return host.isEmpty() || port == 0 ? Optional.empty() : Optional.of(host + ":" + port);
        } catch (IOException | JacksonException _) {
            return Optional.empty(); // never ran, or did not get that far
        }
    }

    /// Drops the configuration that an earlier run kept when connections reached that one in another way: its
    /// listeners would be opened first, and the sockets of an open listener cannot change.
    ///
    /// @param earlier the bootstrap of that run; there may be none
    /// @param spec this run's workload
    /// @param lastGood the configuration it kept
    static void forgetOtherSockets(Path earlier, WorkloadSpec spec, Path lastGood) {
        try {
            var then = MAPPER.readTree(Files.readString(earlier))
                    .path("node")
                    .path("metadata")
                    .path("INTERCEPTION_MODE")
                    .asString("");
            if (!then.equals(spec.interception().map(Enum::name).orElse(""))) {
                Files.deleteIfExists(lastGood);
            }
        } catch (NoSuchFileException _) {
            return; // the first run
        } catch (IOException | JacksonException e) {
            throw new Failure(
                    ExitCode.FAILURE,
                    "cannot read " + earlier + ": " + e.getMessage(),
                    "remove it, it is rewritten",
                    e);
        }
    }

    /// The file's text.
    String text() {
        var root = new LinkedHashMap<String, Object>();
        root.put("node", node());
        root.put("dynamic_resources", dynamicResources());
        root.put("static_resources", Map.of("clusters", List.of(controlCluster())));
        root.put("admin", Map.of("address", socketAddress("127.0.0.1", ports.admin())));
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private Map<String, Object> node() {
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("NAMESPACE", spec.namespace());
        metadata.put("WORKLOAD_NAME", spec.name());
        metadata.put("SERVICE_ACCOUNT", spec.account());
        metadata.put("CLUSTER_ID", MeshSettings.DEFAULT.clusterId());
        metadata.put("LABELS", spec.labels());
        spec.service().ifPresent(service -> metadata.put("SERVICE", service));
        metadata.put("ADDRESS", spec.address());
        var numbers = new LinkedHashMap<String, Object>();
        numbers.put("outbound", ports.outbound());
        numbers.put("inbound", ports.inbound());
        spec.applicationPort().ifPresent(port -> numbers.put("application", port));
        numbers.put("metrics", ports.metrics());
        numbers.put("admin", ports.admin());
        metadata.put("PORTS", numbers);
        spec.interception().ifPresent(mode -> {
            metadata.put("INTERCEPTION_MODE", mode.name());
            metadata.put("INSTANCE_IPS", String.join(",", InstanceAddresses.all()));
        });
        metadata.put("HEDDLE_VERSION", Product.version());

        var node = new LinkedHashMap<String, Object>();
        node.put(
                "id",
                "sidecar~%s~%s.%s~%s.svc.cluster.local"
                        .formatted(spec.address(), spec.name(), spec.namespace(), spec.namespace()));
        node.put("cluster", spec.service().orElse(spec.name() + "." + spec.namespace()));
        node.put("metadata", metadata);
        return node;
    }

    private static Map<String, Object> dynamicResources() {
        var ads = Map.of("ads", Map.of(), "resource_api_version", "V3");
        var adsConfig = new LinkedHashMap<String, Object>();
        adsConfig.put("api_type", "DELTA_GRPC");
        adsConfig.put("transport_api_version", "V3");
        adsConfig.put("set_node_on_first_message_only", true);
        adsConfig.put("grpc_services", List.of(Map.of("envoy_grpc", Map.of("cluster_name", CONTROL_CLUSTER))));
        var resources = new LinkedHashMap<String, Object>();
        resources.put("ads_config", adsConfig);
        resources.put("lds_config", ads);
        resources.put("cds_config", ads);
        return resources;
    }

    private Map<String, Object> controlCluster() {
        int colon = xds.lastIndexOf(':');
        var host = xds.substring(0, colon);
        int port = Integer.parseInt(xds.substring(colon + 1));
        var endpoint = Map.of("endpoint", Map.of("address", socketAddress(host, port)));
        var cluster = new LinkedHashMap<String, Object>();
        cluster.put("name", CONTROL_CLUSTER);
        cluster.put("type", "STRICT_DNS");
        cluster.put("dns_lookup_family", "V4_PREFERRED");
        cluster.put("connect_timeout", "5s");
        cluster.put("typed_extension_protocol_options", Map.of(PROTOCOL_OPTIONS, protocolOptions()));
        cluster.put("transport_socket", transportSocket());
        cluster.put(
                "load_assignment",
                Map.of(
                        "cluster_name",
                        CONTROL_CLUSTER,
                        "endpoints",
                        List.of(Map.of("lb_endpoints", List.of(endpoint)))));
        return cluster;
    }

    /// HTTP/2 with a PING every 15 seconds, since a control plane that is gone without a word must be noticed;
    /// and a new connection for each stream, which shows the certificate that is good then.
    private static Map<String, Object> protocolOptions() {
        var options = new LinkedHashMap<String, Object>();
        options.put("@type", "type.googleapis.com/" + PROTOCOL_OPTIONS);
        options.put("common_http_protocol_options", Map.of("max_requests_per_connection", 1));
        var keepAlive = Map.of("interval", "15s", "timeout", "5s");
        options.put(
                "explicit_http_config", Map.of("http2_protocol_options", Map.of("connection_keepalive", keepAlive)));
        return options;
    }

    private Map<String, Object> transportSocket() {
        var certificate = Map.of(
                "certificate_chain",
                        Map.of("filename", identity.resolve("identity.pem").toString()),
                "private_key",
                        Map.of("filename", identity.resolve("identity.pem").toString()));
        var trust = Map.of(
                "trusted_ca", Map.of("filename", identity.resolve("root.pem").toString()));
        var tls = new LinkedHashMap<String, Object>();
        tls.put("@type", "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext");
        var common = new LinkedHashMap<String, Object>();
        common.put("tls_params", Map.of("tls_minimum_protocol_version", "TLSv1_3"));
        common.put("tls_certificates", List.of(certificate));
        common.put("validation_context", trust);
        common.put("alpn_protocols", List.of("h2"));
        tls.put("common_tls_context", common);
        tls.put("sni", CONTROL_CLUSTER);
        return Map.of("name", "envoy.transport_sockets.tls", "typed_config", tls);
    }

    private static Map<String, Object> socketAddress(String host, int port) {
        return Map.of("socket_address", Map.of("address", host, "port_value", port));
    }
}
