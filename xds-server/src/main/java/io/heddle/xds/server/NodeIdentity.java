package io.heddle.xds.server;

import io.grpc.Status;
import java.util.Optional;

/// Compares what a node says of itself with what its certificate proves. Over TLS a node gets only the configuration of
/// the namespace and service account in its certificate.
final class NodeIdentity {
    private static final String NAMESPACE = "NAMESPACE";
    private static final String SERVICE_ACCOUNT = "SERVICE_ACCOUNT";

    private NodeIdentity() {}

    /// Why the node may not have a stream; empty when it may.
    static Optional<Status> mismatch(ConnectedNode node, boolean secured) {
        if (!secured) {
            return Optional.empty();
        }
        if (node.identity().isEmpty()) {
            return Optional.of(Status.UNAUTHENTICATED.withDescription(
                    "ADS on this port needs a client certificate with one SPIFFE URI"));
        }
        var identity = node.identity().get();
        boolean same = identity.namespace().equals(node.metadata().get(NAMESPACE))
                && identity.account().equals(node.metadata().get(SERVICE_ACCOUNT));
        return same
                ? Optional.empty()
                : Optional.of(
                        Status.PERMISSION_DENIED.withDescription("node metadata NAMESPACE and SERVICE_ACCOUNT are "
                                + node.metadata().get(NAMESPACE) + " and "
                                + node.metadata().get(SERVICE_ACCOUNT)
                                + ", but the certificate is for " + identity));
    }
}
