package io.heddle.proxy.upstream;

import io.heddle.traffic.balance.Endpoint;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// Where new connections to a host go. That may change while its connections stand when the host is a name
/// (`LOGICAL_DNS`). Safe on any thread.
final class HostAddress {
    private volatile InetSocketAddress now;

    HostAddress(InetSocketAddress first) {
        this.now = first;
    }

    /// The address of `endpoint`, unresolved where that is a name.
    static InetSocketAddress socket(Endpoint endpoint) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(endpoint.address());
        return address == null
                ? InetSocketAddress.createUnresolved(endpoint.address(), endpoint.port())
                : new InetSocketAddress(address, endpoint.port());
    }

    InetSocketAddress now() {
        return now;
    }

    /// New connections go to `next`.
    void moveTo(InetSocketAddress next) {
        now = next;
    }

    /// Whether connections made for `other` go where those for this one do.
    @SuppressWarnings("ReferenceEquality") // one that moved is still itself
    boolean serves(HostAddress other) {
        return this == other || now.equals(other.now);
    }
}
