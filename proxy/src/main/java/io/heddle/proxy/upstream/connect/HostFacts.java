package io.heddle.proxy.upstream.connect;

import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.ConnectionFacts;
import io.heddle.proxy.tls.ConnectionTls;
import io.heddle.traffic.runtime.ClientTls;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;

/// Finds out what command operators tell of a connection to a host.
public final class HostFacts {
    private HostFacts() {}

    /// Of that of `channel` to `target`, which has just been made, TLS included. Its number is a new one.
    public static ConnectionFacts of(Worker worker, Channel channel, UpstreamTarget target) {
        var tls = channel.pipeline().get(SslHandler.class);
        var end = channel.pipeline().get(ConnectionEnd.class);
        return new ConnectionFacts(
                worker.connectionId(),
                "",
                ConnectionFacts.near(channel.localAddress()),
                tls == null
                        ? ConnectionTls.NONE
                        : ConnectionTls.of(tls, () -> target.source().flatMap(ClientTlsSource::shown)),
                target.tls().map(ClientTls::serverName).orElse(""),
                end == null ? ConnectionFacts.Times.NONE : end.times());
    }
}
