package io.heddle.control.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.name.LabelGrant;
import io.heddle.model.name.ServiceName;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.view.MeshSettings;
import io.heddle.model.view.ProxyNode.Interception;
import io.heddle.model.view.ProxyNode.Mode;
import io.heddle.model.view.ProxyNode.Ports;
import io.heddle.xds.server.ConnectedNode;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeReaderTest {
    private static ConnectedNode node(String id, Map<String, Object> metadata, Optional<SpiffeId> identity) {
        return new ConnectedNode(id, "", metadata, identity, LabelGrant.NONE, "127.0.0.1:1", "envoy 1.36.2");
    }

    @Test
    void reads_everything_a_sidecar_says_of_itself() {
        var identity = new SpiffeId("cluster.local", "shop", "catalog");
        var node = NodeReader.read(
                node(
                        "sidecar~127.0.0.2~catalog-v2.shop~shop.svc.cluster.local",
                        Map.of(
                                "NAMESPACE", "shop",
                                "WORKLOAD_NAME", "catalog-v2",
                                "SERVICE", "catalog.shop",
                                "ADDRESS", "127.0.0.2",
                                "LABELS", Map.of("app", "catalog"),
                                "PORTS",
                                        Map.of(
                                                "outbound", 1.0,
                                                "inbound", 2.0,
                                                "application", 3.0,
                                                "metrics", 4.0,
                                                "admin", 5.0),
                                "HEDDLE_VERSION", "0.1.0"),
                        Optional.of(identity)),
                MeshSettings.DEFAULT);
        assertThat(node.identity()).isEqualTo(identity);
        assertThat(node.workload()).isEqualTo("catalog-v2");
        assertThat(node.service()).contains(new ServiceName("shop", "catalog"));
        assertThat(node.ports()).isEqualTo(new Ports(1, 2, 3, 4, 5));
        assertThat(node.labels().values()).containsEntry("app", "catalog");
        assertThat(node.version()).isEqualTo("0.1.0");
    }

    @Test
    void reads_how_connections_reach_it_in_istios_words() {
        var id = "sidecar~10.0.0.1~web-1.shop~shop.svc.cluster.local";
        var both = Map.<String, Object>of("INTERCEPTION_MODE", "TPROXY", "INSTANCE_IPS", "10.0.0.1,fd00::1");
        assertThat(NodeReader.read(node(id, both, Optional.empty()), MeshSettings.DEFAULT)
                        .interception())
                .isEqualTo(new Interception(Mode.TPROXY, true));
        var one = Map.<String, Object>of("INTERCEPTION_MODE", "REDIRECT", "INSTANCE_IPS", "10.0.0.1");
        assertThat(NodeReader.read(node(id, one, Optional.empty()), MeshSettings.DEFAULT)
                        .interception())
                .isEqualTo(new Interception(Mode.REDIRECT, false));
        assertThat(NodeReader.read(node(id, Map.of(), Optional.empty()), MeshSettings.DEFAULT)
                        .interception())
                .isEqualTo(Interception.NONE);
    }

    @Test
    void finds_an_envoy_without_metadata_in_its_id() {
        var node = NodeReader.read(
                node("sidecar~10.0.0.1~web-1.shop~shop.svc.cluster.local", Map.of(), Optional.empty()),
                MeshSettings.DEFAULT);
        assertThat(node.namespace()).isEqualTo("shop");
        assertThat(node.workload()).isEqualTo("web-1");
        assertThat(node.address()).isEqualTo("10.0.0.1");
        assertThat(node.ports()).isEqualTo(new Ports(15001, 15006, 0, 0, 0));
        assertThat(node.version()).isEqualTo("envoy 1.36.2");
    }

    @Test
    void takes_any_client_and_passes_over_values_of_the_wrong_kind() {
        var node = NodeReader.read(
                node(
                        "some client",
                        Map.of("LABELS", "x", "PORTS", Map.of("inbound", 70000.0, "metrics", "9")),
                        Optional.empty()),
                MeshSettings.DEFAULT);
        assertThat(node.namespace()).isEqualTo("default");
        assertThat(node.workload()).isEqualTo("some client");
        assertThat(node.labels().values()).isEmpty();
        assertThat(node.ports()).isEqualTo(new Ports(0, 0, 0, 0, 0));
    }
}
