package io.heddle.proxy.listen;

import io.heddle.proxy.downstream.Http1Handler;
import io.heddle.proxy.downstream.TcpRelay;
import io.heddle.proxy.exchange.ClientConnection;
import io.heddle.proxy.exchange.ProxyServices;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.runtime.NetworkFilter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.Optional;

/// What stands in a connection's pipeline, in order: [#initChannel] and the methods it calls, top to bottom.
// A failed write or close shows as the end of its channel, which is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class ListenerPipeline extends ChannelInitializer<Channel> {
    private final Worker worker;
    private final ProxyServices services;
    private final BoundListener listener;

    ListenerPipeline(Worker worker, ProxyServices services, BoundListener listener) {
        this.worker = worker;
        this.services = services;
        this.listener = listener;
    }

    @Override
    protected void initChannel(Channel channel) {
        listener.accepted(channel);
        if (listener.listener().inspectTls()) {
            channel.pipeline().addLast(new TlsSniffer(transport -> secure(channel, transport)));
        } else {
            secure(channel, "raw_buffer");
        }
    }

    private void secure(Channel channel, String transport) {
        var found = listener.chain(transport);
        if (found.isEmpty()) {
            channel.close();
            return;
        }
        var chain = found.get();
        listener.assigned(channel, chain);
        if (chain.tls().isEmpty()) {
            serve(channel, chain, plaintext(channel));
            return;
        }
        var source = chain.tls().get();
        var tls = source.newHandler(channel.alloc());
        if (tls.isEmpty()) {
            channel.close();
            return;
        }
        channel.pipeline().addLast(tls.get());
        channel.pipeline()
                .addLast(new AfterHandshake(() -> serve(channel, chain, encrypted(channel, source, tls.get()))));
    }

    private void serve(Channel channel, BoundChain chain, ClientConnection client) {
        channel.pipeline()
                .addLast(
                        switch (chain.filter()) {
                            case NetworkFilter.Http _ -> new Http1Handler(worker, chain, services, client);
                            case NetworkFilter.Tcp tcp -> new TcpRelay(worker, services, tcp);
                        });
    }

    private static ClientConnection plaintext(Channel channel) {
        var peer = new Peer(remote(channel), local(channel), false, Optional.empty(), Optional.empty());
        return new ClientConnection(peer, "");
    }

    private static ClientConnection encrypted(Channel channel, ServerTlsSource source, SslHandler tls) {
        var certificate = source.client(tls);
        var principal = certificate.flatMap(ServerTlsSource.ClientCertificate::principal);
        var peer = new Peer(remote(channel), local(channel), true, principal, ServerName.of(tls.engine()));
        return new ClientConnection(
                peer,
                certificate.map(ServerTlsSource.ClientCertificate::forwarded).orElse(""));
    }

    private static InetSocketAddress remote(Channel channel) {
        return (InetSocketAddress) channel.remoteAddress();
    }

    private static InetSocketAddress local(Channel channel) {
        return (InetSocketAddress) channel.localAddress();
    }
}
