package io.heddle.xds.write;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.heddle.model.name.Labels;
import io.heddle.model.resource.Service;
import io.heddle.model.view.EndpointView;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.ProxyNode;

/// The metadata that says to whom a request goes; Istio's filters and telemetry read the same.
final class Metadatas {
    static final String ISTIO = "istio";
    static final String TRANSPORT_SOCKET_MATCH = "envoy.transport_socket_match";
    static final String TLS_MODE = "tlsMode";

    private Metadatas() {}

    /// Which service a cluster leads to: `istio: {services: [{host, name, namespace}]}`.
    static Metadata service(Service service, MeshSettings mesh) {
        var entry = Struct.newBuilder()
                .putFields("host", text(Names.host(service, mesh)))
                .putFields("name", text(service.name().name()))
                .putFields("namespace", text(service.name().namespace()));
        var services = Value.newBuilder()
                .setListValue(
                        ListValue.newBuilder().addValues(Value.newBuilder().setStructValue(entry)));
        return Metadata.newBuilder()
                .putFilterMetadata(
                        ISTIO,
                        Struct.newBuilder()
                                .putFields("services", services.build())
                                .build())
                .build();
    }

    /// Which workload an endpoint is: `istio: {workload: "name;namespace;service;revision;cluster"}`.
    static Metadata endpoint(EndpointView endpoint, MeshSettings mesh) {
        var workload = String.join(
                ";",
                endpoint.workload(),
                endpoint.namespace(),
                canonicalName(endpoint.labels(), endpoint.workload()),
                canonicalRevision(endpoint.labels()),
                mesh.clusterId());
        var metadata = Metadata.newBuilder()
                .putFilterMetadata(
                        ISTIO,
                        Struct.newBuilder()
                                .putFields("workload", text(workload))
                                .build());
        if (endpoint.tls()) {
            metadata.putFilterMetadata(TRANSPORT_SOCKET_MATCH, mutualTls());
        }
        return metadata.build();
    }

    /// What an endpoint with a sidecar carries and the cluster's TLS settings ask for.
    static Struct mutualTls() {
        return Struct.newBuilder().putFields(TLS_MODE, text(ISTIO)).build();
    }

    private static String canonicalName(Labels labels, String workload) {
        return labels.value(
                ProxyNode.CANONICAL_NAME_LABEL, labels.value("app.kubernetes.io/name", labels.value("app", workload)));
    }

    private static String canonicalRevision(Labels labels) {
        return labels.value(
                ProxyNode.CANONICAL_REVISION_LABEL,
                labels.value("app.kubernetes.io/version", labels.value("version", "latest")));
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }
}
