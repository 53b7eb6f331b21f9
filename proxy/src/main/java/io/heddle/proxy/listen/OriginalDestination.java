package io.heddle.proxy.listen;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Asks the kernel where a redirected connection wanted to go: `SO_ORIGINAL_DST` (iptables and nftables REDIRECT), or,
/// on a transparent socket (TPROXY), the connection's near end. One that was not redirected stays as it is.
final class OriginalDestination implements Inspector {
    private static final int SOL_IP = 0;
    private static final int SOL_IPV6 = 41;
    private static final int SO_ORIGINAL_DST = 80;
    private static final RawUnixChannelOption IPV4 =
            new RawUnixChannelOption("SO_ORIGINAL_DST", SOL_IP, SO_ORIGINAL_DST, 16);
    private static final RawUnixChannelOption IPV6 =
            new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", SOL_IPV6, SO_ORIGINAL_DST, 28);

    private final Channel channel;
    private final boolean transparent;

    OriginalDestination(Channel channel, boolean transparent) {
        this.channel = channel;
        this.transparent = transparent;
    }

    @Override
    public boolean readsBytes() {
        return false;
    }

    @Override
    public boolean onlyLooks() {
        return true;
    }

    @Override
    public Verdict inspect(ByteBuf seen, Arrival arrival) {
        var near = arrival.destination();
        var original = ask(near);
        if (original.isPresent() && !original.get().equals(near)) {
            arrival.restore(original.get());
        } else if (transparent) {
            arrival.restore(near);
        }
        return Verdict.DONE;
    }

    private Optional<InetSocketAddress> ask(InetSocketAddress near) {
        if (!(channel instanceof EpollSocketChannel socket)) {
            return Optional.empty();
        }
        boolean ipv4 = near.getAddress() instanceof Inet4Address;
        try {
            var answer = socket.config().getOption(ipv4 ? IPV4 : IPV6);
            return answer == null ? Optional.empty() : address(answer, ipv4);
        } catch (ChannelException notRedirected) {
            return Optional.empty(); // ENOENT or ENOPROTOOPT: nothing in the connection table
        }
    }

    /// Reads a `sockaddr_in` or a `sockaddr_in6`: the port and the address stand in network order.
    static Optional<InetSocketAddress> address(ByteBuffer sockaddr, boolean ipv4) {
        int start = sockaddr.limit() > 0 && sockaddr.position() == sockaddr.limit() ? 0 : sockaddr.position();
        byte[] octets = new byte[ipv4 ? 4 : 16];
        if (sockaddr.capacity() - start < (ipv4 ? 8 : 24)) {
            return Optional.empty();
        }
        int port = (sockaddr.get(start + 2) & 0xff) << 8 | (sockaddr.get(start + 3) & 0xff);
        int from = start + (ipv4 ? 4 : 8);
        for (int i = 0; i < octets.length; i++) {
            octets[i] = sockaddr.get(from + i);
        }
        try {
            return Optional.of(new InetSocketAddress(InetAddress.getByAddress(octets), port));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
