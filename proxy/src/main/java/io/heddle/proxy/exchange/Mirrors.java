package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.route.RouteAction;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The copies of one exchange's request that go to mirrors (Envoy's `request_mirror_policies`). As there, the
/// host of a copy ends in `-shadow` unless a mirror says otherwise.
final class Mirrors {
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final Worker worker;
    private final ProxyServices services;
    private final HopHeaders headers;
    private final Chooser chooser;
    private final List<MirrorCopy> copies = new ArrayList<>(0);

    Mirrors(Worker worker, ProxyServices services, HopHeaders headers) {
        this.worker = worker;
        this.services = services;
        this.headers = headers;
        this.chooser = new Chooser(worker, headers);
    }

    /// Picks the hosts of mirrors: neither the session nor the subset of the request is theirs, and what it is hashed
    /// by would tell the client of a host that is none of its business.
    private record Chooser(Worker worker, HopHeaders headers) implements PickRequest {
        @Override
        public long chance() {
            return worker.chance();
        }

        @Override
        public RuntimeSnapshot runtime() {
            return worker.runtime();
        }

        @Override
        public long now() {
            return worker.now();
        }

        @Override
        public Optional<InetSocketAddress> destination() {
            return headers.client().intercepted();
        }

        @Override
        public boolean tried(Host host) {
            return false;
        }
    }

    /// What is copied.
    ///
    /// @param head its head
    /// @param edits what the route and the filters change in it
    /// @param host its new authority; empty for its own
    /// @param format what command operators say of it
    /// @param complete whether there is no body at all
    record Original(
            HttpRequestHead head, HeaderEdits edits, Optional<String> host, ExchangeFormat format, boolean complete) {}

    /// Sends a copy to each of the mirrors of `action` that chance chooses and that can take one.
    void start(RouteAction.Forward action, Original original) {
        for (var mirror : action.mirrors()) {
            if (!mirror.share().holds(worker.chance(), worker.runtime())) {
                continue;
            }
            var cluster = services.upstreams().cluster(cluster(mirror, original.head()));
            var host = cluster.flatMap(found -> found.pick(chooser));
            if (host.isPresent() && cluster.get().breaker().tryAcquire(Resource.REQUESTS)) {
                start(action, mirror, original, cluster.get(), host.get());
            }
        }
    }

    private static String cluster(RouteAction.Mirror mirror, HttpRequestHead head) {
        if (mirror.header().isEmpty()) {
            return mirror.cluster();
        }
        long value = head.header(mirror.header().get());
        return Span.isPresent(value) ? Span.text(head.bytes(), value) : "";
    }

    private void start(
            RouteAction.Forward action,
            RouteAction.Mirror mirror,
            Original original,
            UpstreamCluster cluster,
            Host host) {
        var authority = original.host().orElseGet(() -> authority(original.head(), host));
        var shown = mirror.host().orElseGet(() -> mirror.suffix() ? shadow(authority) : authority);
        var rewrite = new Rewrite(Optional.of(shown), action.rewrite().path());
        var edits = copy(original.edits());
        HeaderChange.addAll(mirror.changes(), original.format(), edits);
        var request = new MirrorCopy.Request(original.head().copy(), edits, rewrite, headers.copy());
        var copy = new MirrorCopy(worker, services, cluster, host, request);
        copies.add(copy);
        var limit = action.timeouts().request();
        copy.start(limit.isZero() ? PATIENCE_NANOS : limit.toNanos(), original.complete());
    }

    private static HeaderEdits copy(HeaderEdits edits) {
        var copy = new HeaderEdits();
        for (int i = 0; i < edits.size(); i++) {
            copy.add(edits.edit(i));
        }
        return copy;
    }

    private static String authority(HttpRequestHead head, Host host) {
        return Span.isPresent(head.authority())
                ? Span.text(head.bytes(), head.authority())
                : host.endpoint().key();
    }

    private static String shadow(String authority) {
        int colon = authority.lastIndexOf(':');
        boolean port = colon > authority.lastIndexOf(']');
        return port ? authority.substring(0, colon) + "-shadow" + authority.substring(colon) : authority + "-shadow";
    }

    /// Copies a piece of the body, which stays the caller's.
    void body(ByteBuf piece) {
        for (int i = 0; i < copies.size(); i++) {
            copies.get(i).copy(piece);
        }
    }

    void requestEnded(HeaderLines trailers) {
        for (int i = 0; i < copies.size(); i++) {
            copies.get(i).requestEnded(trailers.count() == 0 ? HeaderLines.EMPTY : trailers.copy());
        }
    }

    /// The exchange is over. Complete copies go their own way; the others are given up.
    void finish(boolean complete) {
        if (!complete) {
            copies.forEach(MirrorCopy::cancel);
        }
        copies.clear();
    }
}
