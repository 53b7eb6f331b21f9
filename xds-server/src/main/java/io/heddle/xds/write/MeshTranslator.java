package io.heddle.xds.write;

import com.google.protobuf.Message;
import io.heddle.model.view.ProxyView;
import io.heddle.xds.resource.ResourceSet;
import java.util.ArrayList;

/// Writes everything that one proxy is sent: its view of the mesh in, its resources out. Pure: the view and the trust
/// bundle decide all. Thread-safe.
public final class MeshTranslator {
    private final String rootBundlePem;

    /// A translator for a mesh with this trust bundle.
    ///
    /// @param rootBundlePem the mesh's root certificates in PEM, served as secret `ROOTCA`
    public MeshTranslator(String rootBundlePem) {
        this.rootBundlePem = rootBundlePem;
    }

    /// The resources for the proxy of this view.
    public ResourceSet translate(ProxyView view) {
        var messages = new ArrayList<Message>();
        messages.addAll(ClusterWriter.write(view));
        messages.addAll(EndpointWriter.write(view));
        messages.addAll(ListenerWriter.write(view));
        messages.addAll(RouteWriter.write(view));
        messages.add(SecretWriter.write(rootBundlePem));
        return ResourceSet.of(messages);
    }
}
