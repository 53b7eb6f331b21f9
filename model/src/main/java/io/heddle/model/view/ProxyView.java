package io.heddle.model.view;

import java.util.List;

/// All that one proxy may know of the mesh. Two equal views mean that nothing needs to be sent.
///
/// @param node the proxy
/// @param mesh what holds for the whole mesh
/// @param services every service it may call, sorted by name
/// @param inbound what it enforces for its own application
public record ProxyView(ProxyNode node, MeshSettings mesh, List<ServiceView> services, InboundView inbound) {
    public ProxyView {
        services = List.copyOf(services);
    }
}
