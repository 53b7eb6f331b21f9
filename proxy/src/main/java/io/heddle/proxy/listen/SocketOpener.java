package io.heddle.proxy.listen;

import io.heddle.model.problem.Problem;
import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.SourceSocket;
import io.heddle.traffic.filter.HttpFilter;
import io.heddle.traffic.filter.OriginalSourceFilter;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerFilter;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Opens a listener's server sockets, each as it is configured or not at all. They accept nothing yet.
final class SocketOpener {
    private static final int SOL_IPV6 = 41;
    private static final ChannelOption<Integer> V6_ONLY = new IntegerUnixChannelOption("IPV6_V6ONLY", SOL_IPV6, 26);
    private static final ChannelOption<Integer> V6_TRANSPARENT =
            new IntegerUnixChannelOption("IPV6_TRANSPARENT", SOL_IPV6, 75);
    private static final ChannelOption<Integer> V6_FREEBIND =
            new IntegerUnixChannelOption("IPV6_FREEBIND", SOL_IPV6, 78);

    private final EventLoops loops;
    private final ListenerPipeline pipeline;
    private final ConnectionCount count;

    SocketOpener(EventLoops loops, ListenerPipeline pipeline, ConnectionCount count) {
        this.loops = loops;
        this.pipeline = pipeline;
        this.count = count;
    }

    /// Opens the sockets of `bound` on all its addresses; the reason when one cannot be.
    Optional<String> open(BoundListener bound) {
        var listener = bound.listener();
        if (!listener.sockets().bound()) {
            return Optional.empty();
        }
        for (var address : listener.addresses()) {
            var refused = open(bound, address);
            if (refused.isPresent()) {
                return Optional.of(address.host() + ":" + address.port() + " cannot be bound: " + refused.get());
            }
        }
        return Optional.empty();
    }

    /// Why connections made for clients of `listener` cannot come from their addresses, where they should; empty when
    /// they can.
    List<Problem> sourceProblems(Listener listener) {
        var byConnection = listener.inspection().steps().stream()
                .flatMap(step -> step.filter() instanceof ListenerFilter.OriginalSource(var mark)
                        ? Stream.of(mark)
                        : Stream.empty());
        var chains = Stream.concat(listener.chains().stream(), listener.otherwise().stream());
        var byRequest = chains.flatMap(chain -> requestFilters(chain.filter()))
                .flatMap(filter ->
                        filter instanceof OriginalSourceFilter source ? Stream.of(source.mark()) : Stream.empty());
        return Stream.concat(
                        sourceProblem(listener, "listener_filters", byConnection),
                        sourceProblem(listener, "http_filters", byRequest))
                .toList();
    }

    private static Stream<HttpFilter> requestFilters(NetworkFilter filter) {
        return switch (filter) {
            case NetworkFilter.Http http -> http.filters().filters().stream();
            case NetworkFilter.Tcp _ -> Stream.empty();
        };
    }

    private Stream<Problem> sourceProblem(Listener listener, String path, Stream<Integer> marks) {
        return marks.distinct()
                .flatMap(mark -> SourceSocket.obstacle(loops.socketChannel(), mark).stream())
                .limit(1)
                .map(obstacle -> Problem.error(
                        "Listener " + listener.name(),
                        path,
                        "original_src cannot be done: " + obstacle,
                        "give the proxy CAP_NET_ADMIN on Linux, or remove original_src"));
    }

    private Optional<String> open(BoundListener bound, Listener.Address address) {
        boolean shared = bound.listener().sockets().reusePort()
                && loops.reusePort()
                && loops.workers().size() > 1;
        var workers = shared ? loops.workers() : loops.workers().subList(0, 1);
        int port = address.port();
        for (var worker : workers) {
            var served = shared ? List.of(worker) : loops.workers();
            var acceptor = new Acceptor(bound, address, served, pipeline, count);
            try {
                var socket = loops.newServerChannel(isIpv6(address));
                bound.opened(socket);
                configure(socket, bound.listener().sockets(), address, shared);
                socket.pipeline().addLast(acceptor);
                listen(socket, worker, new InetSocketAddress(InetAddress.ofLiteral(address.host()), port));
                options(socket, address, true);
                port = ((InetSocketAddress) socket.localAddress()).getPort();
            } catch (ChannelException refused) {
                return Optional.of(reason(refused));
            }
        }
        return Optional.empty();
    }

    private static String reason(Throwable refused) {
        var cause = refused.getCause();
        return cause == null ? String.valueOf(refused.getMessage()) : reason(cause);
    }

    private static boolean isIpv6(Listener.Address address) {
        return address.host().indexOf(':') >= 0;
    }

    private void configure(ServerChannel socket, Listener.Sockets sockets, Listener.Address address, boolean shared) {
        boolean ipv6 = isIpv6(address);
        set(socket, ChannelOption.AUTO_READ, false);
        set(socket, ChannelOption.SO_BACKLOG, sockets.backlog());
        set(socket, ChannelOption.SO_REUSEADDR, true);
        set(
                socket,
                ChannelOption.RECVBUF_ALLOCATOR,
                new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(sockets.acceptsPerEvent()));
        if (shared) {
            set(socket, UnixChannelOption.SO_REUSEPORT, true);
        }
        if (ipv6 && loops.reusePort()) {
            set(socket, V6_ONLY, address.ipv4Compat() ? 0 : 1);
        }
        if (sockets.transparent()) {
            transparent(socket, ipv6);
        }
        if (sockets.freebind()) {
            freebind(socket, ipv6);
        }
        options(socket, address, false);
    }

    private static void transparent(ServerChannel socket, boolean ipv6) {
        if (ipv6) {
            set(socket, V6_TRANSPARENT, 1);
        } else {
            set(socket, EpollChannelOption.IP_TRANSPARENT, true);
        }
    }

    private static void freebind(ServerChannel socket, boolean ipv6) {
        if (ipv6) {
            set(socket, V6_FREEBIND, 1);
        } else {
            set(socket, EpollChannelOption.IP_FREEBIND, true);
        }
    }

    private static void options(ServerChannel socket, Listener.Address address, boolean listening) {
        for (var option : address.options()) {
            if (option.whenListening() == listening) {
                var number = "socket option " + option.level() + "/" + option.name();
                set(socket, new IntegerUnixChannelOption(number, option.level(), option.name()), option.value());
            }
        }
    }

    private static <T> void set(ServerChannel socket, ChannelOption<T> option, T value) {
        boolean known;
        try {
            known = socket.config().setOption(option, value);
        } catch (ChannelException refused) {
            throw new ChannelException(new ChannelException(option.name() + ": " + reason(refused)));
        }
        if (!known) {
            throw new ChannelException(option.name() + " is not to be had without epoll");
        }
    }

    private static void listen(ServerChannel socket, Worker worker, InetSocketAddress address) {
        var registered = worker.loop().register(socket).awaitUninterruptibly();
        if (!registered.isSuccess()) {
            throw new ChannelException(registered.cause());
        }
        var bound = socket.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new ChannelException(bound.cause());
        }
    }
}
