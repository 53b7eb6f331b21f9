package io.heddle.xds.write;

import io.heddle.model.resource.PeerPolicy;
import io.heddle.model.view.InboundView;
import io.heddle.model.view.ProxyNode;
import io.heddle.model.view.ProxyView;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.List;

/// What a real Envoy is sent: every kind of route, on its own outbound port, and no TLS.
public final class EnvoyViews {
    private EnvoyViews() {}

    /// The resources of the golden case `rich-route`, without the secret that nothing refers to.
    public static ResourceSet caller(int outbound) {
        return translated("rich-route", new ProxyNode.Ports(outbound, 0, 0, 0, 0));
    }

    /// The resources of the golden case `cookie-route`, or of `cookie-route-older-envoy`.
    public static ResourceSet cookies(int outbound, boolean older) {
        return translated(
                older ? "cookie-route-older-envoy" : "cookie-route", new ProxyNode.Ports(outbound, 0, 0, 0, 0));
    }

    /// The resources of the golden case `access-policies` for plaintext.
    public static ResourceSet server(int inbound) {
        return translated("access-policies", new ProxyNode.Ports(0, inbound, 9080, 0, 0));
    }

    private static ResourceSet translated(String name, ProxyNode.Ports ports) {
        var view = GoldenViews.named(name);
        var node = view.node();
        var own = new ProxyNode(
                node.id(),
                node.identity(),
                node.namespace(),
                node.workload(),
                node.labels(),
                node.service(),
                "127.0.0.1",
                ports,
                node.version());
        var inbound = new InboundView(PeerPolicy.Mode.DISABLE, view.inbound().policies());
        var set = new MeshTranslator("").translate(new ProxyView(own, view.mesh(), view.services(), inbound));
        return set.without(ResourceType.SDS, List.of("ROOTCA"));
    }
}
