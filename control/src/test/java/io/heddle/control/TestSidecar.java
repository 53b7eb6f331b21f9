package io.heddle.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.client.AdsClient;
import io.heddle.xds.client.AdsSubscriptions;
import io.heddle.xds.client.CertificateClient;
import io.heddle.xds.client.CertificateRequest;
import io.heddle.xds.client.NodeInfo;
import io.heddle.xds.client.TlsFiles;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// A sidecar without a data plane: it joins, connects over mTLS and takes what it is sent.
final class TestSidecar implements AutoCloseable {
    private final List<String> losses = new CopyOnWriteArrayList<>();
    private volatile ResourceSet accepted = ResourceSet.EMPTY;
    private volatile String refusal = "";
    private final TlsFiles identity;
    private final AdsClient client;

    /// Joins with `token` for shop/catalog, connects and says that its application takes requests.
    TestSidecar(Path directory, Endpoints endpoints, Path root, String workload, String token) throws Exception {
        this.identity = join(directory, endpoints, root, token);
        this.client = connect(endpoints, workload, "catalog");
        client.reportHealth(true, "");
    }

    static CertificateClient.Outcome ask(Endpoints endpoints, Path root, String csr, String token) {
        return new CertificateClient("127.0.0.1", port(endpoints.xds()), root).join(csr, Duration.ZERO, token);
    }

    private static TlsFiles join(Path directory, Endpoints endpoints, Path root, String token) throws Exception {
        var request = CertificateRequest.generate();
        var outcome = ask(endpoints, root, request.csrPem(), token);
        assertThat(outcome).isInstanceOf(CertificateClient.Outcome.Issued.class);
        var chain = ((CertificateClient.Outcome.Issued) outcome).chainPem();
        var files = new TlsFiles(directory.resolve("chain.pem"), directory.resolve("key.pem"), root);
        Files.writeString(files.chain(), String.join("", chain));
        Files.writeString(files.key(), request.privateKeyPem());
        return files;
    }

    private AdsClient connect(Endpoints endpoints, String name, String account) {
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
        var options = new AdsClient.Options("127.0.0.1", port(endpoints.xds()), Optional.of(identity), node);
        return AdsClient.start(options, new AdsSubscriptions(this::take, ResourceSet.EMPTY), new Losses());
    }

    private Checked<?> take(ResourceSet candidate, Set<ResourceType> changed) {
        if (!refusal.isEmpty()) {
            return Checked.rejected(Problem.error("proxy", "", refusal, ""));
        }
        accepted = candidate;
        return Checked.ok(candidate);
    }

    /// Connects once more with the same certificate, but says that it is another account.
    AdsClient liar(Endpoints endpoints) {
        return connect(endpoints, "liar", "payments");
    }

    /// Why streams were lost.
    List<String> losses() {
        return losses;
    }

    ResourceSet accepted() {
        return accepted;
    }

    /// From now on refuses everything, with this reason.
    void refuse(String reason) {
        refusal = reason;
    }

    AdsClient client() {
        return client;
    }

    static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    @Override
    public void close() {
        client.close();
    }

    private final class Losses implements AdsClient.Watcher {
        @Override
        public void connected() {
            // The test looks at what the control plane knows.
        }

        @Override
        public void disconnected(AdsClient.Loss loss) {
            losses.add(loss.reason());
        }
    }
}
