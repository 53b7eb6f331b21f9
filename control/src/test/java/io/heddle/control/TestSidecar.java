package io.heddle.control;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.client.AdsVariant;
import io.heddle.xds.client.CertificateRequest;
import io.heddle.xds.client.NodeInfo;
import io.heddle.xds.resource.ResourceSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A sidecar without a data plane: it joins, connects over mTLS and takes what it is sent.
final class TestSidecar implements AutoCloseable {
    private volatile String refusal = "";
    private final GrpcPeer.Pair identity;
    private final String rootPem;
    private final GrpcPeer client;

    /// Joins with `token` for shop/catalog, connects and says that its application takes requests.
    TestSidecar(Endpoints endpoints, Path root, String workload, String token) throws Exception {
        var request = CertificateRequest.generate();
        var chain = ask(endpoints, root, request.csrPem(), token);
        this.identity = new GrpcPeer.Pair(String.join("", chain), request.privateKeyPem());
        this.rootPem = Files.readString(root);
        this.client = connect(endpoints, workload, "catalog");
        client.reportHealth(true, "");
    }

    static List<String> ask(Endpoints endpoints, Path root, String csr, String token) throws IOException {
        var channel = GrpcPeer.secure(port(endpoints.xds()), Files.readString(root), Optional.empty());
        return GrpcPeer.certificate(channel, csr, Optional.of(token));
    }

    private GrpcPeer connect(Endpoints endpoints, String name, String account) throws IOException {
        var node = new NodeInfo(
                "sidecar~127.0.0.9~" + name + ".shop~shop.svc.cluster.local",
                name,
                Map.of(
                        "NAMESPACE",
                        "shop",
                        "WORKLOAD_NAME",
                        name,
                        "SERVICE_ACCOUNT",
                        account,
                        "SERVICE",
                        "catalog.shop",
                        "ADDRESS",
                        "127.0.0.9",
                        "LABELS",
                        Map.of("app", "catalog", "version", "v1"),
                        "PORTS",
                        Map.of("outbound", 21001, "inbound", 21006, "application", 9080)),
                "test");
        var channel = GrpcPeer.secure(port(endpoints.xds()), rootPem, Optional.of(identity));
        return new GrpcPeer(channel, node, AdsVariant.DELTA, this::judge);
    }

    private Checked<?> judge(ResourceSet candidate) {
        return refusal.isEmpty() ? Checked.ok(candidate) : Checked.rejected(Problem.error("proxy", "", refusal, ""));
    }

    /// Connects once more with the same certificate, but says that it is another account.
    GrpcPeer liar(Endpoints endpoints) throws IOException {
        return connect(endpoints, "liar", "payments");
    }

    ResourceSet accepted() {
        return client.accepted();
    }

    /// From now on refuses everything, with this reason.
    void refuse(String reason) {
        refusal = reason;
    }

    GrpcPeer client() {
        return client;
    }

    static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    @Override
    public void close() {
        client.close();
    }
}
