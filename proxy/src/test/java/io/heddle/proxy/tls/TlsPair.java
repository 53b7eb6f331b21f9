package io.heddle.proxy.tls;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A server that greets over TLS and answers every byte with itself, and clients of it, over real sockets.
@SuppressWarnings("FutureReturnValueIgnored") // Netty reports failures to the pipeline.
final class TlsPair implements AutoCloseable {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final TlsHandlers server;
    private final Channel listening;

    TlsPair(TlsHandlers server) {
        this.server = server;
        this.listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new Accept())
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /// Connects; the outcome is what the client read first, or why it read nothing.
    Connection connect(TlsHandlers client) throws Exception {
        var first = new CompletableFuture<String>();
        var channel = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel fresh) {
                        var handler = client.newHandler(fresh.alloc());
                        if (handler.isEmpty()) {
                            first.completeExceptionally(new IllegalStateException("no client context"));
                            fresh.close();
                            return;
                        }
                        fresh.pipeline().addLast(handler.get(), new FirstText(first));
                    }
                })
                .connect("127.0.0.1", port())
                .sync()
                .channel();
        return new Connection(channel, first);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /// One client's connection.
    record Connection(Channel channel, CompletableFuture<String> first) {
        String greeting() throws Exception {
            return first.get(10, TimeUnit.SECONDS);
        }

        SslHandler tls() {
            return channel.pipeline().get(SslHandler.class);
        }

        String ask(String text) throws Exception {
            var answer = new CompletableFuture<String>();
            channel.pipeline().addLast(new FirstText(answer));
            channel.pipeline().remove(FirstText.class);
            channel.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
            return answer.get(10, TimeUnit.SECONDS);
        }
    }

    private static final class FirstText extends SimpleChannelInboundHandler<ByteBuf> {
        private final CompletableFuture<String> text;

        FirstText(CompletableFuture<String> text) {
            this.text = text;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            text.complete(bytes.toString(StandardCharsets.UTF_8));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            text.completeExceptionally(cause);
            context.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            text.completeExceptionally(new IllegalStateException("closed"));
        }
    }

    private final class Accept extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel accepted) {
            var handler = server.newHandler(accepted.alloc());
            if (handler.isEmpty()) {
                accepted.close();
                return;
            }
            accepted.pipeline().addLast(handler.get(), new Greet());
        }
    }

    private final class Greet extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion && completion.isSuccess()) {
                var tls = context.pipeline().get(SslHandler.class);
                Optional<PeerCertificate> peer = server.peer(tls);
                var text = peer.map(certificate -> certificate.principal().orElse("nobody")
                                + " to "
                                + certificate.localUris().stream().findFirst().orElse("nobody"))
                        .orElse("anonymous");
                var name = tls.engine().getSession().getProtocol();
                context.writeAndFlush(Unpooled.copiedBuffer(text + " " + name, StandardCharsets.UTF_8));
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
