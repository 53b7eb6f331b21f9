package io.heddle.proxy.observe;

import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Gives Istio's standard labels to requests: the names and meanings of istio.io's "Istio Standard Metrics".
final class Labels {
    /// The labels of every traffic series, in the order in which [#of] gives their values.
    static final List<String> NAMES = List.of(
            "reporter",
            "source_cluster",
            "source_workload_namespace",
            "source_workload",
            "source_app",
            "source_version",
            "source_canonical_service",
            "source_canonical_revision",
            "source_principal",
            "destination_cluster",
            "destination_workload_namespace",
            "destination_workload",
            "destination_app",
            "destination_version",
            "destination_canonical_service",
            "destination_canonical_revision",
            "destination_principal",
            "destination_service",
            "destination_service_name",
            "destination_service_namespace",
            "request_protocol",
            "response_code",
            "grpc_response_status",
            "response_flags",
            "connection_security_policy");

    private static final String UNKNOWN = "unknown";

    private final PeerMetadata self;
    private final Supplier<Optional<String>> principal;

    /// Speaks for workload `self`, whose own SPIFFE URI is asked for when a series is new.
    Labels(PeerMetadata self, Supplier<Optional<String>> principal) {
        this.self = self;
        this.principal = principal;
    }

    /// The values for a request.
    List<String> of(RequestTimeline timeline) {
        var values = new ArrayList<String>(NAMES.size());
        var service = timeline.cluster() == null
                ? Cluster.ServiceTag.UNKNOWN
                : timeline.cluster().service();
        boolean inbound = SeriesTable.isInbound(timeline);
        values.add(inbound ? "destination" : "source");
        if (inbound) {
            workload(values, timeline.source(), peerPrincipal(timeline.peer()));
            workload(values, self, principal.get().orElse(UNKNOWN));
        } else {
            var tls = upstreamTls(timeline);
            workload(values, self, tls.flatMap(this::shown).orElse(UNKNOWN));
            var host = timeline.host();
            workload(
                    values,
                    host == null ? PeerMetadata.UNKNOWN : host.endpoint().metadata(),
                    tls.flatMap(Labels::expected).orElse(UNKNOWN));
        }
        values.addAll(List.of(service.host(), service.name(), service.namespace()));
        boolean grpc = timeline.grpcStatus >= 0;
        values.add(grpc ? "grpc" : "http");
        values.add(Integer.toString(timeline.status));
        values.add(grpc ? Integer.toString(timeline.grpcStatus) : "");
        values.add(timeline.flag.code());
        values.add(inbound ? security(timeline.peer()) : UNKNOWN);
        return values;
    }

    private static void workload(List<String> values, PeerMetadata workload, String principal) {
        values.addAll(List.of(
                workload.cluster(),
                workload.namespace(),
                workload.workload(),
                workload.service(),
                workload.revision(),
                workload.service(),
                workload.revision(),
                principal));
    }

    private static String peerPrincipal(@org.jspecify.annotations.Nullable Peer peer) {
        return peer == null ? UNKNOWN : peer.principal().orElse(UNKNOWN);
    }

    private static String security(@org.jspecify.annotations.Nullable Peer peer) {
        return peer != null && peer.tls() && peer.principal().isPresent() ? "mutual_tls" : "none";
    }

    private Optional<String> shown(ClientTls tls) {
        return tls.certificate() instanceof CertificateSource.None ? Optional.empty() : principal.get();
    }

    /// The server's principal, where its TLS admits exactly one.
    private static Optional<String> expected(ClientTls tls) {
        var names = tls.verification().subjectAltNames();
        return names.size() == 1 && names.getFirst().matcher() instanceof StringMatcher.Exact(var name, var _)
                ? Optional.of(name)
                : Optional.empty();
    }

    private static Optional<ClientTls> upstreamTls(RequestTimeline timeline) {
        var cluster = timeline.cluster();
        var host = timeline.host();
        if (cluster == null || host == null) {
            return Optional.empty();
        }
        return cluster.transports().stream()
                .filter(transport -> transport.fits(host.endpoint().transportMatch()))
                .findFirst()
                .flatMap(Cluster.Transport::tls);
    }
}
