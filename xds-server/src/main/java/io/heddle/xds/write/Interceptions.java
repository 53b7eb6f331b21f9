package io.heddle.xds.write;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.listener.v3.AdditionalAddress;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.original_src.v3.OriginalSrc;
import io.heddle.model.view.ProxyNode.Interception;

/// What both listeners of intercepted connections have.
final class Interceptions {
    /// As in Istio; `heddle intercept` has the same where no other is asked for.
    private static final int SIDECAR_MARK = 1337;

    private Interceptions() {}

    /// Listens on one address of each protocol version that the machine has, and asks the kernel first where each
    /// connection wanted to go.
    static void listen(Listener.Builder listener, Interception interception, String ipv4, String ipv6, int port) {
        listener.setAddress(EndpointWriter.address(ipv4, port));
        if (interception.ipv6()) {
            listener.addAdditionalAddresses(
                    AdditionalAddress.newBuilder().setAddress(EndpointWriter.address(ipv6, port)));
        }
        listener.addListenerFilters(ListenerFilter.newBuilder()
                .setName("envoy.filters.listener.original_dst")
                .setTypedConfig(Any.pack(OriginalDst.getDefaultInstance())));
    }

    /// Has the application see its clients' addresses.
    static void keepSource(Listener.Builder listener) {
        listener.addListenerFilters(ListenerFilter.newBuilder()
                .setName("envoy.filters.listener.original_src")
                .setTypedConfig(
                        Any.pack(OriginalSrc.newBuilder().setMark(SIDECAR_MARK).build())));
    }
}
