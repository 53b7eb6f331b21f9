package io.heddle.proxy.downstream;

import io.heddle.proxy.observe.DownstreamFigure;
import io.heddle.proxy.observe.DownstreamStats;
import io.heddle.proxy.upstream.connect.ConnectionEnd;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/// A client's connection as its connection manager counts it, with the requests on it. Confined to its event loop.
public final class CountedConnection {
    private static final AttributeKey<CountedConnection> KEY = AttributeKey.valueOf("heddle.counted");

    private final DownstreamStats stats;
    private final boolean tls;
    private int requests;
    private boolean http1;
    private boolean http2;

    private CountedConnection(DownstreamStats stats, boolean tls) {
        this.stats = stats;
        this.tls = tls;
    }

    /// The connection of `channel` is counted in `stats` from now on until it ends.
    public static CountedConnection open(Channel channel, DownstreamStats stats, boolean tls) {
        var counted = new CountedConnection(stats, tls);
        channel.attr(KEY).set(counted);
        channel.pipeline().addFirst(new ConnectionEnd());
        counted.begin(DownstreamFigure.TOTAL, DownstreamFigure.ACTIVE);
        if (tls) {
            counted.begin(DownstreamFigure.TLS_TOTAL, DownstreamFigure.TLS_ACTIVE);
        }
        channel.closeFuture().addListener(_ -> counted.ended(ConnectionEnd.isHere(channel)));
        return counted;
    }

    /// What counts the connection of `channel`, which is open.
    static CountedConnection of(Channel channel) {
        return channel.attr(KEY).get();
    }

    private void begin(DownstreamFigure total, DownstreamFigure active) {
        stats.count(total);
        stats.count(active);
    }

    /// What it speaks is known.
    public void speaks(boolean isHttp2) {
        http1 = !isHttp2;
        http2 = isHttp2;
        if (isHttp2) {
            begin(DownstreamFigure.HTTP2_TOTAL, DownstreamFigure.HTTP2_ACTIVE);
        } else {
            begin(DownstreamFigure.HTTP1_TOTAL, DownstreamFigure.HTTP1_ACTIVE);
        }
    }

    /// A request has begun.
    void begun() {
        requests++;
        stats.count(DownstreamFigure.REQUESTS_ACTIVE);
    }

    /// A request has become a tunnel.
    void upgraded() {
        begin(DownstreamFigure.UPGRADES_TOTAL, DownstreamFigure.UPGRADES_ACTIVE);
    }

    /// A request is over, which may have become a tunnel.
    void done(boolean upgraded) {
        requests--;
        uncount(upgraded, DownstreamFigure.UPGRADES_ACTIVE);
        stats.uncount(DownstreamFigure.REQUESTS_ACTIVE);
    }

    private void ended(boolean here) {
        stats.uncount(DownstreamFigure.ACTIVE);
        uncount(tls, DownstreamFigure.TLS_ACTIVE);
        uncount(http1, DownstreamFigure.HTTP1_ACTIVE);
        uncount(http2, DownstreamFigure.HTTP2_ACTIVE);
        stats.count(DownstreamFigure.DESTROY);
        stats.count(here ? DownstreamFigure.DESTROY_LOCAL : DownstreamFigure.DESTROY_REMOTE);
        if (requests > 0) {
            stats.count(DownstreamFigure.DESTROY_ACTIVE);
            stats.count(here ? DownstreamFigure.DESTROY_LOCAL_ACTIVE : DownstreamFigure.DESTROY_REMOTE_ACTIVE);
        }
    }

    private void uncount(boolean counted, DownstreamFigure active) {
        if (counted) {
            stats.uncount(active);
        }
    }
}
