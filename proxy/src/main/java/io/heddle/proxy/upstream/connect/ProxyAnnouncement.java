package io.heddle.proxy.upstream.connect;

import io.heddle.traffic.request.Peer;
import io.heddle.traffic.runtime.Cluster;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The header of the PROXY protocol that a connection begins with: whose bytes follow
/// (haproxy.org/download/3.0/doc/proxy-protocol.txt).
///
/// @param version which version, not [Cluster.Announcement#NONE]
/// @param source where the client is; empty when nobody is behind the connection
/// @param destination where it wanted to go
record ProxyAnnouncement(
        Cluster.Announcement version, Optional<InetSocketAddress> source, Optional<InetSocketAddress> destination) {
    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
    private static final int VERSION_2_LOCAL = 0x20;
    private static final int VERSION_2_PROXY = 0x21;
    private static final int TCP_OVER_IPV4 = 0x11;
    private static final int TCP_OVER_IPV6 = 0x21;
    private static final int IPV4 = 4;

    /// What is told of `client`.
    static ProxyAnnouncement of(Cluster.Announcement version, Optional<Peer> client) {
        var known = client.filter(peer -> size(peer.remote()) > 0 && size(peer.remote()) == size(peer.local()));
        return new ProxyAnnouncement(version, known.map(Peer::remote), known.map(Peer::local));
    }

    private static int size(InetSocketAddress address) {
        return address.getAddress() == null ? 0 : address.getAddress().getAddress().length;
    }

    ByteBuf bytes() {
        return version == Cluster.Announcement.PROXY_V1 ? line() : binary();
    }

    private ByteBuf line() {
        var line = source.isEmpty() || destination.isEmpty()
                ? "PROXY UNKNOWN\r\n"
                : "PROXY %s %s %s %d %d\r\n"
                        .formatted(
                                size(source.get()) == IPV4 ? "TCP4" : "TCP6",
                                source.get().getAddress().getHostAddress(),
                                destination.get().getAddress().getHostAddress(),
                                source.get().getPort(),
                                destination.get().getPort());
        return Unpooled.copiedBuffer(line, StandardCharsets.US_ASCII);
    }

    private ByteBuf binary() {
        var bytes = Unpooled.buffer(64).writeBytes(SIGNATURE);
        if (source.isEmpty() || destination.isEmpty()) {
            return bytes.writeByte(VERSION_2_LOCAL).writeByte(0).writeShort(0);
        }
        int size = size(source.get());
        return bytes.writeByte(VERSION_2_PROXY)
                .writeByte(size == IPV4 ? TCP_OVER_IPV4 : TCP_OVER_IPV6)
                .writeShort(2 * size + 4)
                .writeBytes(source.get().getAddress().getAddress())
                .writeBytes(destination.get().getAddress().getAddress())
                .writeShort(source.get().getPort())
                .writeShort(destination.get().getPort());
    }
}
