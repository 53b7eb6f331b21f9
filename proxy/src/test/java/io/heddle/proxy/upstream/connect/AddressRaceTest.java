package io.heddle.proxy.upstream.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.loop.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A race whose connections cannot even begin: there is no socket for them.
final class AddressRaceTest {
    private static final InetSocketAddress NO_SOCKET = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final EventLoops loops = new EventLoops(1);

    @AfterEach
    void stop() {
        loops.close();
    }

    private ChannelFuture connect(InetSocketAddress address) {
        if (address.equals(NO_SOCKET)) {
            throw new ChannelException("too many open files");
        }
        return new Bootstrap()
                .group(loops.workers().getFirst().loop())
                .channel(loops.socketChannel())
                .handler(new ChannelInboundHandlerAdapter())
                .connect(address);
    }

    private CompletableFuture<Channel> race(InetSocketAddress... addresses) {
        var worker = loops.workers().getFirst();
        var outcome = new CompletableFuture<Channel>();
        worker.loop().execute(() -> {
            worker.tick();
            new AddressRace(worker, this::connect, outcome::complete, outcome::completeExceptionally)
                    .start(List.of(addresses), Duration.ofSeconds(5));
        });
        return outcome;
    }

    @Test
    void the_next_address_is_tried_at_once() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var there = new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
            var channel = race(NO_SOCKET, there).get(10, TimeUnit.SECONDS);
            assertThat(channel.remoteAddress()).isEqualTo(there);
        }
    }

    @Test
    void where_there_is_none_left_the_race_is_lost_for_that_reason() {
        assertThat(race(NO_SOCKET, NO_SOCKET))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withMessageContaining("too many open files");
    }
}
