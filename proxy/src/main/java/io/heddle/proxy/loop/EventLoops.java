package io.heddle.proxy.loop;

import io.heddle.proxy.config.ActiveRuntime;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// The proxy's event loops, one [Worker] each: epoll where there is one, else NIO.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
public final class EventLoops implements AutoCloseable {
    /// What a read of a connection, to a client or to a host, asks for: 2 KiB at first and at least, up to
    /// 64 KiB where much comes. A buffer that is filled to its end makes the loop read once more; with a
    /// smaller least size, messages of a few hundred bytes do that again and again.
    public static final RecvByteBufAllocator READS = new AdaptiveRecvByteBufAllocator(2048, 2048, 65_536);

    private final boolean epoll;
    private final ActiveRuntime runtime = new ActiveRuntime();
    private final List<Worker> workers;
    private final List<MultiThreadIoEventLoopGroup> groups;

    /// Starts `concurrency` loops; 0 starts one for each processor that this process may use.
    public EventLoops(int concurrency) {
        this(concurrency == 0 ? Runtime.getRuntime().availableProcessors() : concurrency, Epoll.isAvailable());
    }

    EventLoops(int concurrency, boolean epoll) {
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency is below 1: " + concurrency);
        }
        this.epoll = epoll;
        IoHandlerFactory io = epoll ? SteadyEpoll.factory() : NioIoHandler.newFactory();
        var allGroups = new ArrayList<MultiThreadIoEventLoopGroup>();
        var allWorkers = new ArrayList<Worker>();
        var connections = new AtomicLong();
        for (int i = 0; i < concurrency; i++) {
            var group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("heddle-loop-" + i, true), io);
            allGroups.add(group);
            allWorkers.add(new Worker(i, group.next(), runtime, connections));
        }
        groups = List.copyOf(allGroups);
        workers = List.copyOf(allWorkers);
    }

    /// One worker a loop, in order.
    public List<Worker> workers() {
        return workers;
    }

    /// What every worker's requests go by beside the configuration.
    public ActiveRuntime runtime() {
        return runtime;
    }

    /// Whether several sockets can listen on one port, each for its loop.
    public boolean reusePort() {
        return epoll;
    }

    /// A new channel that accepts, not registered yet: of IPv6, or of IPv4 alone.
    public ServerChannel newServerChannel(boolean ipv6) {
        var family = ipv6 ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
        return epoll
                ? new EpollServerSocketChannel(family)
                : new NioServerSocketChannel(SelectorProvider.provider(), family);
    }

    /// A new channel that connects, not registered yet: of IPv6, or of IPv4 alone.
    ///
    /// @throws ChannelException when there can be none
    public SocketChannel newSocketChannel(boolean ipv6) {
        var family = ipv6 ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
        try {
            return epoll ? new EpollSocketChannel(family) : new NioSocketChannel(SelectorProvider.provider(), family);
        } catch (UnsupportedOperationException noIpv6) {
            throw new ChannelException(noIpv6);
        }
    }

    /// The class of channels that connect, of either version if the virtual machine has IPv6.
    public Class<? extends SocketChannel> socketChannel() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /// The class of channels of datagrams.
    public Class<? extends DatagramChannel> datagramChannel() {
        return epoll ? EpollDatagramChannel.class : NioDatagramChannel.class;
    }

    /// Ends the loops, closing every channel on them; waits up to five seconds.
    @Override
    public void close() {
        groups.forEach(group -> group.shutdownGracefully(0, 1, TimeUnit.SECONDS));
        groups.forEach(group -> group.terminationFuture().awaitUninterruptibly(5, TimeUnit.SECONDS));
    }
}
