package io.heddle.proxy.upstream.connect;

import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/// Connects to a host with several addresses: tries one after the other, the next one when the one before has failed or
/// has not answered for a while, and takes the first that stands ("happy eyeballs", RFC 8305, section 5). Used once;
/// confined to its loop.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class AddressRace {
    /// How long one address may keep the next one waiting, as in Envoy; the RFC recommends 250 ms.
    static final Duration DELAY = Duration.ofMillis(300);

    private final Worker worker;
    private final Function<InetSocketAddress, ChannelFuture> connect;
    private final Consumer<Channel> won;
    private final Consumer<Throwable> lost;
    private final List<Channel> running = new ArrayList<>(2);
    private final Deadline next = new Deadline(this::tryNext);
    private final Deadline patience = new Deadline(this::timedOut);
    private List<InetSocketAddress> left = List.of();
    private Throwable lastFailure = new ConnectException("the host has no address");
    private boolean over;

    /// `connect` begins a connection to an address, whose outcome `won` or `lost` hears, or throws a
    /// [ChannelException] when it has no socket.
    AddressRace(
            Worker worker,
            Function<InetSocketAddress, ChannelFuture> connect,
            Consumer<Channel> won,
            Consumer<Throwable> lost) {
        this.worker = worker;
        this.connect = connect;
        this.won = won;
        this.lost = lost;
    }

    /// Tries `addresses`, all of them within `timeout`.
    void start(List<InetSocketAddress> addresses, Duration timeout) {
        left = addresses;
        worker.deadlines().set(patience, worker.now() + timeout.toNanos());
        tryNext();
    }

    private void tryNext() {
        if (over || left.isEmpty()) {
            return;
        }
        var address = left.getFirst();
        left = left.subList(1, left.size());
        if (!left.isEmpty()) {
            worker.deadlines().set(next, worker.tick() + DELAY.toNanos());
        }
        ChannelFuture opening;
        try {
            opening = connect.apply(address);
        } catch (ChannelException noSocket) {
            failed(noSocket);
            return;
        }
        running.add(opening.channel());
        opening.addListener(_ -> answered(opening));
    }

    private void answered(ChannelFuture opening) {
        worker.tick();
        running.remove(opening.channel());
        if (over) {
            opening.channel().close();
            return;
        }
        if (opening.isSuccess()) {
            end();
            won.accept(opening.channel());
            return;
        }
        opening.channel().close();
        failed(opening.cause());
    }

    private void failed(Throwable cause) {
        lastFailure = cause;
        if (!left.isEmpty()) {
            tryNext();
        } else if (running.isEmpty()) {
            end();
            lost.accept(lastFailure);
        }
    }

    private void timedOut() {
        if (!over) {
            worker.tick();
            end();
            lost.accept(new ConnectTimeoutException("no address of the host has answered in time"));
        }
    }

    private void end() {
        over = true;
        worker.deadlines().remove(next);
        worker.deadlines().remove(patience);
        List.copyOf(running).forEach(Channel::close);
    }
}
