package io.heddle.proxy.exchange;

import io.heddle.proxy.exchange.head.HopHeaders;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.traffic.balance.PickRequest;
import io.heddle.traffic.balance.RequestedHost;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.filter.SessionAddress;
import io.heddle.traffic.filter.StatefulSessionFilter;
import io.heddle.traffic.hash.HashPolicy;
import io.heddle.traffic.hash.RequestHash;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.resilience.retry.FurtherHosts;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.RouteAction;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a balancer may ask about one request. The hash is computed when one first asks, so that a cluster that
/// does not balance by it costs nothing. Part of its [Tries], reused with them.
final class HostChoice implements PickRequest {
    private static final HeaderName SET_COOKIE = HeaderName.of("set-cookie");

    private final Worker worker;
    private final HopHeaders headers;
    private final SentHead sent;
    private final RequestState state;
    private final List<Host> tried = new ArrayList<>(2);
    private FurtherHosts hosts = FurtherHosts.ANY;
    private boolean further;
    private int tries;
    private long priorities;
    private long avoided;
    private @Nullable HttpRequestHead head;
    private ClusterChoice.@Nullable Target target;
    private List<HashPolicy> policies = List.of();
    private List<HashPolicy> ofRoute = List.of();
    private @Nullable RequestHash hash;
    private boolean computed;
    private StatefulSessionFilter.@Nullable Settings session;
    private Optional<RequestedHost> requested = Optional.empty();
    private @Nullable Host picked;

    HostChoice(Worker worker, HopHeaders headers, SentHead sent, RequestState state) {
        this.worker = worker;
        this.headers = headers;
        this.sent = sent;
        this.state = state;
    }

    /// Begins a request.
    void start(HttpRequestHead requestHead, ClusterChoice.@Nullable Target forwardTo) {
        head = requestHead;
        target = forwardTo;
    }

    /// It is for `cluster`.
    ///
    /// @param elsewhere where further tries go
    void toward(UpstreamCluster cluster, RouteAction.Forward forward, FurtherHosts elsewhere) {
        hosts = elsewhere;
        ofRoute = forward.placement().hash();
        hashBy(cluster.hashPolicies());
    }

    @Override
    public void hashBy(List<HashPolicy> ofCluster) {
        var next = ofCluster.isEmpty() ? ofRoute : ofCluster;
        if (!next.equals(policies)) {
            policies = next;
            computed = false;
        }
    }

    /// Its session is kept like this, if it has one, and if it is a request that may belong to it.
    void keep(Optional<StatefulSessionFilter.Settings> kept) {
        if (kept.isPresent() && head != null && SessionAddress.covers(kept.get().state(), head)) {
            session = kept.get();
            requested = SessionAddress.of(session.state(), head, worker.nowMillis())
                    .map(address -> new RequestedHost(address, kept.get().strict()));
        }
    }

    /// It goes there now.
    void picked(Host host) {
        picked = host;
        if (hosts.priorityEvery() > 0) {
            tries++;
            priorities |= 1L << Math.min(host.endpoint().priority(), Long.SIZE - 1);
            avoided = tries % hosts.priorityEvery() == 0 ? priorities : avoided;
        }
    }

    /// It was tried at `host`, if that was known, which has `answered` or not, and is tried once more.
    void further(@Nullable Host host, boolean answered) {
        further |= host != null;
        if (host != null && (!answered || hosts.avoidTried())) {
            tried.add(host);
        }
    }

    /// The request is over.
    void clear() {
        tried.clear();
        hosts = FurtherHosts.ANY;
        further = false;
        tries = 0;
        priorities = 0;
        avoided = 0;
        head = null;
        target = null;
        policies = List.of();
        ofRoute = List.of();
        computed = false;
        session = null;
        requested = Optional.empty();
        picked = null;
        if (hash != null) {
            hash.clear();
        }
    }

    /// Whether the client is to be told something with the answer: where it belongs from now on.
    boolean tellsClient() {
        return (hash != null && !hash.cookies().isEmpty()) || isNewToSession();
    }

    private boolean isNewToSession() {
        return session != null
                && picked != null
                && !(requested.isPresent()
                        && requested.get().address().equals(picked.endpoint().socketAddress()));
    }

    /// Tells it.
    void tellClient(HeaderEdits edits) {
        if (hash != null) {
            hash.cookies().forEach(line -> edits.add(new HeaderEdit(HeaderEdit.Action.APPEND, SET_COOKIE, line)));
        }
        if (session != null && picked != null && isNewToSession()) {
            edits.add(SessionAddress.told(session.state(), picked.endpoint().socketAddress(), worker.nowMillis()));
        }
    }

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
    public boolean tried(Host candidate) {
        if (!further) {
            return false;
        }
        for (int i = 0; i < tried.size(); i++) {
            if (tried.get(i).state() == candidate.state()) {
                return true;
            }
        }
        return hosts.omits(candidate.endpoint());
    }

    @Override
    public long triedPriorities() {
        return avoided;
    }

    /// It goes round again, as in Envoy.
    @Override
    public void allPrioritiesTried() {
        tries = 0;
        priorities = 0;
        avoided = 0;
    }

    @Override
    public boolean isHashed() {
        if (policies.isEmpty() || head == null) {
            return false;
        }
        var found = hash == null ? new RequestHash() : hash;
        hash = found;
        if (!computed) {
            found.compute(policies, head, headers.peer());
            computed = true;
        }
        return found.isPresent();
    }

    @Override
    public long hash() {
        return hash == null ? 0 : hash.value();
    }

    @Override
    public Optional<RequestedHost> requestedHost() {
        return further ? Optional.empty() : requested; // a further try goes where balancing says
    }

    @Override
    public MetadataMatch metadataMatch() {
        return target == null ? MetadataMatch.NONE : target.match();
    }

    @Override
    public Optional<String> header(HeaderName name) {
        long value = head == null ? Span.ABSENT : head.header(name);
        return head != null && Span.isPresent(value) ? Optional.of(Span.text(head.bytes(), value)) : Optional.empty();
    }

    @Override
    public Optional<String> sentHeader(HeaderName name) {
        return head == null ? Optional.empty() : sent.first(head, name);
    }

    @Override
    public Optional<LabelValue> metadata(String namespace, List<String> path) {
        return state.metadata(namespace, path);
    }
}
