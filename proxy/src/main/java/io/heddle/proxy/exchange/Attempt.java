package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http.HttpResponseHead;
import io.heddle.proxy.http.HttpVersion;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.ConnectionFacts;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import io.heddle.proxy.upstream.name.HostWait;
import io.heddle.proxy.upstream.pool.ConnectionTicket;
import io.heddle.proxy.upstream.pool.UpstreamListener;
import io.heddle.proxy.upstream.pool.UpstreamStream;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.resilience.CircuitBreaker.Resource;
import io.heddle.traffic.resilience.retry.RetryDecider;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One try of a request at one host: its place in the queue for a connection, then its stream. Part of [Tries], which
/// reuses one for the tries one after the other; a try that goes on beside the next one keeps its own.
///
/// It counts at its host from its pick to its end. What it hears goes to the exchange as long as it is the current try.
final class Attempt implements UpstreamListener, HostWait.Listener {
    private final HttpExchange exchange;
    private final Tries tries;
    private final Worker worker;
    private final ProxyServices services;
    private final HopHeaders headers;
    private final ConnectionTicket ticket;
    private final HostWait nameWait = new HostWait(this);
    private @Nullable UpstreamCluster cluster;
    private @Nullable Host host;
    private @Nullable UpstreamStream stream;
    private @Nullable CircuitBreaker place;
    private boolean waiting;
    private boolean counted;
    private boolean late;
    private long begunAt;
    private long readyAt;

    Attempt(HttpExchange exchange, Tries tries, Worker worker, ProxyServices services, HopHeaders headers) {
        this.exchange = exchange;
        this.tries = tries;
        this.worker = worker;
        this.services = services;
        this.headers = headers;
        this.ticket = new ConnectionTicket(this);
    }

    /// Another one for the same exchange.
    Attempt another() {
        return new Attempt(exchange, tries, worker, services, headers);
    }

    /// Finds the host that `authority` names.
    void find(UpstreamCluster in, String authority) {
        waiting = true;
        in.find(authority, worker, nameWait);
    }

    @Override
    public void unnamed(UpstreamFailure failure) {
        waiting = false;
        tries.unnamed(failure);
    }

    @Override
    public void named(Host found) {
        tries.chosen(found);
    }

    /// Goes to a host of `to`.
    void begin(UpstreamCluster to, Host found, HttpVersion version, boolean changes) {
        cluster = to;
        host = found;
        found.state().begin();
        counted = true;
        late = false;
        waiting = true;
        begunAt = worker.now();
        ticket.asks(version, changes);
        ticket.goesFor(headers.originator());
        tries.breakers().mark(ticket);
    }

    /// Asks for a connection.
    void connect() {
        if (counts()) {
            services.upstreams().connect(worker, cluster(), host(), ticket);
        }
    }

    /// Asks for a connection of its own, for bytes of any kind.
    void tunnel() {
        if (counts()) {
            services.upstreams().tunnel(worker, cluster(), host(), ticket);
        }
    }

    /// Counts at the part of an aggregate cluster that it goes to; fails when there are as many as there may be.
    private boolean counts() {
        if (!cluster().isAggregate()) {
            return true;
        }
        var breaker = tries.breakers().at(cluster().load(host()));
        if (breaker.tryAcquire(Resource.REQUESTS)) {
            place = breaker;
            return true;
        }
        waiting = false;
        exchange.failed(UpstreamFailure.OVERFLOW);
        return false;
    }

    @Override
    public void ready(UpstreamStream fresh) {
        if (!waiting) {
            fresh.cancel(); // Never write a request to a host that was not chosen for it.
            return;
        }
        waiting = false;
        stream = fresh;
        readyAt = worker.now();
        Verdicts.reached(cluster, host, readyAt);
        exchange.ready(fresh);
    }

    @Override
    public void failed(UpstreamFailure failure) {
        if (tries.isCurrent(this)) {
            exchange.failed(failure);
        } else {
            stream = null;
            end();
            tries.lostBeside(this, failure);
        }
    }

    @Override
    public void interim(HttpResponseHead head) {
        if (tries.isCurrent(this)) {
            exchange.interim(head);
        }
    }

    @Override
    public void head(HttpResponseHead head, boolean complete) {
        if (tries.isCurrent(this) || tries.prefers(this, head)) {
            Lessons.answered(cluster().learning(host()), host(), head.lines(), begunAt, worker.now());
            exchange.head(head, complete);
        }
    }

    @Override
    public void body(ByteBuf piece) {
        if (tries.isCurrent(this)) {
            exchange.body(piece);
        } else {
            piece.release();
        }
    }

    @Override
    public void end(HeaderLines trailers) {
        if (tries.isCurrent(this)) {
            if (trailers.count() > 0) {
                Lessons.ended(cluster().learning(host()), host(), trailers, worker.now());
            }
            exchange.end(trailers);
        }
    }

    @Override
    public void readComplete() {
        if (tries.isCurrent(this)) {
            exchange.readComplete();
        }
    }

    @Override
    public void writable() {
        if (tries.isCurrent(this)) {
            exchange.writable();
        }
    }

    /// What a failure of it means for further tries; empty when there is none for it. Asked before it ends.
    Optional<RetryDecider.Outcome> outcome(UpstreamFailure failure) {
        boolean headSent = stream != null;
        boolean reused = stream != null && stream.reused();
        return switch (failure) {
            case CONNECT_FAILED, CONNECT_TIMEOUT -> Optional.of(new RetryDecider.Outcome.ConnectFailed());
            case RESET_BEFORE_RESPONSE -> Optional.of(new RetryDecider.Outcome.ResetBeforeResponse(headSent, reused));
            case STREAM_RESET, MALFORMED -> Optional.of(new RetryDecider.Outcome.ResetBeforeResponse(headSent, false));
            case REFUSED -> Optional.of(new RetryDecider.Outcome.Refused());
            case OVERFLOW, RESET_IN_RESPONSE, STREAM_RESET_IN_RESPONSE -> Optional.empty();
            case NO_SUCH_NAME, TOO_MANY_NAMES, TOO_MANY_QUESTIONS -> Optional.empty();
        };
    }

    /// Its stream, from when there is one until it has ended.
    @Nullable
    UpstreamStream stream() {
        return stream;
    }

    /// What is known of its connection.
    ConnectionFacts facts() {
        return stream == null ? ConnectionFacts.NONE : stream.facts();
    }

    void flush() {
        if (stream != null) {
            stream.flush();
        }
    }

    void read(boolean wanted) {
        if (stream != null) {
            stream.read(wanted);
        }
    }

    /// Whether the host can be told that the client's direction of a tunnel has ended.
    boolean halfCloses() {
        return stream != null && stream.halfCloses();
    }

    /// Whether it waits for its host's name or a connection, or has a stream.
    boolean isUnderWay() {
        return waiting || stream != null;
    }

    /// When its stream was there.
    long readyAt() {
        return readyAt;
    }

    /// It takes too long, and goes on all the same.
    void late() {
        late = true;
    }

    boolean isLate() {
        return late;
    }

    /// Whether it has a stream, and is to be given up when nothing comes of it.
    boolean isLimited() {
        return stream != null && !late;
    }

    /// The stream has ended by itself.
    void ended() {
        stream = null;
        waiting = false;
        end();
    }

    /// Gives it up.
    void cancel() {
        if (stream != null) {
            var current = stream;
            stream = null;
            current.cancel();
        }
        waiting = false;
        nameWait.cancel();
        ticket.cancel();
        end();
    }

    private void end() {
        if (counted && host != null) {
            counted = false;
            host.state().end();
        }
        if (place != null) {
            place.release(Resource.REQUESTS);
            place = null;
        }
    }

    /// The request is over: it knows no host any more.
    void clear() {
        cancel();
        cluster = null;
        host = null;
        late = false;
    }

    /// Tells outlier detection that the host has answered.
    void judge(int status) {
        if (!late) {
            Verdicts.answered(cluster, host, status, worker.now());
        }
    }

    /// Tells it that the host takes too long.
    void judgeTimeout() {
        if (!late) {
            Verdicts.timedOut(cluster, host, worker.now());
            Lessons.timedOut(cluster().learning(host()), host(), begunAt, worker.now());
        }
    }

    /// Tells it that the host has not answered, and why.
    void judgeFailure(UpstreamFailure failure) {
        if (!late) {
            Verdicts.failed(cluster, host, failure, worker.now());
        }
    }

    /// Where it goes.
    @Nullable
    Host target() {
        return host;
    }

    private UpstreamCluster cluster() {
        if (cluster == null) {
            throw new IllegalStateException("the try has no cluster");
        }
        return cluster;
    }

    /// Where it goes, which must be known.
    Host host() {
        if (host == null) {
            throw new IllegalStateException("the try has no host");
        }
        return host;
    }
}
