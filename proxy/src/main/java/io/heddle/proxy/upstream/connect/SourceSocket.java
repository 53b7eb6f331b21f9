package io.heddle.proxy.upstream.connect;

import io.heddle.traffic.runtime.ConnectionOpening;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/// The near end of a connection to a host, where the system shall not choose it: another address of this machine
/// (`upstream_bind_config`), or a client's (`original_src`).
///
/// @param local where connections come from
/// @param free whether the machine need not have the address (yet)
/// @param foreign whether it is a client's
/// @param mark the mark of their packets; 0 for none
public record SourceSocket(InetSocketAddress local, boolean free, boolean foreign, int mark) {
    private static final int SOL_SOCKET = 1;
    private static final int SO_MARK = 36;
    private static final ChannelOption<Integer> MARK = new IntegerUnixChannelOption("SO_MARK", SOL_SOCKET, SO_MARK);

    static SourceSocket of(SourceAddress client) {
        return new SourceSocket(new InetSocketAddress(client.address(), 0), false, true, client.mark());
    }

    static SourceSocket of(ConnectionOpening.Source own) {
        var address = InetAddress.ofLiteral(own.address());
        return new SourceSocket(new InetSocketAddress(address, own.port()), own.free(), false, 0);
    }

    /// Why connections of `channels` cannot come from clients' addresses with this mark; empty when they can.
    public static Optional<String> obstacle(Class<? extends SocketChannel> channels, int mark) {
        if (channels != EpollSocketChannel.class) {
            return Optional.of("IP_TRANSPARENT is not to be had without epoll");
        }
        var probe = new EpollSocketChannel();
        try {
            new SourceSocket(new InetSocketAddress(0), false, true, mark).configure(probe);
            return Optional.empty();
        } catch (ChannelException refused) {
            return Optional.of(String.valueOf(refused.getMessage()));
        } finally {
            probe.unsafe().closeForcibly();
        }
    }

    /// Whether a connection from here can go to `host`. No client has an address that means any of this machine's own.
    boolean reaches(InetSocketAddress host) {
        return !(foreign && local.getAddress().isAnyLocalAddress())
                && host.getAddress() != null
                && host.getAddress().getClass() == local.getAddress().getClass();
    }

    /// Sets what the socket needs before it is bound.
    ///
    /// @throws ChannelException when the kernel refuses
    void configure(Channel channel) {
        if (!(channel instanceof EpollSocketChannel)) {
            return;
        }
        if (local.getPort() == 0) {
            set(channel, EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        }
        if (free) {
            set(channel, EpollChannelOption.IP_FREEBIND, true);
        }
        if (foreign) {
            set(channel, EpollChannelOption.IP_TRANSPARENT, true);
        }
        if (mark != 0) {
            set(channel, MARK, mark);
        }
    }

    private static <T> void set(Channel channel, ChannelOption<T> option, T value) {
        try {
            channel.config().setOption(option, value);
        } catch (ChannelException refused) {
            throw new ChannelException(
                    option.name() + " is refused; it needs CAP_NET_ADMIN: "
                            + innermost(refused).getMessage(),
                    refused);
        }
    }

    private static Throwable innermost(Throwable thrown) {
        var cause = thrown.getCause();
        return cause == null ? thrown : innermost(cause);
    }
}
