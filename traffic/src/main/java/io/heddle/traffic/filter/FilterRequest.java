package io.heddle.traffic.filter;

import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.ratelimit.LocalLimits;
import io.heddle.traffic.ratelimit.TokenBuckets;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.resilience.Controllers;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.traffic.route.RouteDecision;
import java.util.List;
import java.util.Optional;

/// The request as a filter sees it. Valid only during the call.
public interface FilterRequest {
    /// The head as received; pending edits are not in it.
    RequestHead head();

    /// Who sent it.
    Peer peer();

    /// Whether it comes from inside, which the connection manager's `internal_address_config` decides.
    boolean internal();

    /// Where changes to the request's headers are recorded.
    HeaderEdits requestEdits();

    /// Where changes to the response's headers are recorded.
    HeaderEdits responseEdits();

    /// The route found.
    RouteDecision decision();

    /// The settings of filter `name` for this request's weighted cluster, else its route.
    Optional<FilterOverride> override(String name);

    /// The request belongs to a session that is kept like this; the last word counts.
    void keepSession(StatefulSessionFilter.Settings session);

    /// Connections that are made for the request come from the address of [#peer]; `mark` is the mark of their packets,
    /// 0 for none.
    void fromClient(int mark);

    /// A dynamic forward proxy takes the request to `host`, and calls it so, instead of the host that it names itself.
    void toHost(String host);

    /// The cluster that the request goes to; empty where it is not forwarded.
    String cluster();

    /// Changes that are made to the request's head on its way, with command operators filled in now.
    void changeRequest(List<HeaderChange> changes);

    /// Changes that are made to the answer's head, with command operators filled in when there is one.
    void changeResponse(List<HeaderChange> changes);

    /// Whether the request has no body that could be asked for or changed: it ended with its head, or wants its
    /// connection to change the protocol.
    boolean bodiless();

    /// The request's body passes this on its way to the host, after what was asked for before. Only a filter that
    /// [HttpFilter#seesBodies] may change it; nothing happens where there is none.
    void changeBody(BodyChange change);

    /// Shows the answer's head to `filter` when there is one. Filters that stand later in the chain see it first.
    void onAnswer(AnswerFilter filter);

    /// The proxy's buckets of `limits`.
    TokenBuckets buckets(LocalLimits limits);

    /// What filters have found out about the request: read and set here.
    RequestState state();

    /// The route is to be found anew before the next filter, as what was set may lead elsewhere (Envoy's
    /// `clear_route_cache`).
    void reroute();

    /// Counts one.
    void count(FilterCounter counter);

    /// Counts the request in `gauge` until it has ended, once, unless there are `most` in it already; whether it is
    /// counted.
    boolean enter(FilterCounter gauge, long most);

    /// Has `end` hear how the request ended, if this filter lets it pass.
    void atEnd(FilterEnd end);

    /// The `stat_prefix` of the connection manager.
    String statPrefix();

    /// What the proxy keeps for filters that watch what becomes of requests.
    Controllers controllers();

    /// What the proxy says of itself.
    ProxyHealth health();

    /// Whether there is a cluster of this name, which may be any client's word.
    boolean knows(String cluster);

    /// The hosts of a cluster, all of which are looked at; empty where there is no such cluster.
    Optional<HostCount> hosts(String cluster);

    /// The time, as `System.nanoTime()`.
    long now();

    /// What overrides shares, flags and numbers now.
    RuntimeSnapshot runtime();

    /// A number drawn evenly, another one each time.
    long chance();

    /// Notes a flag for logs and metrics although the request goes on.
    void flag(ResponseFlag flag);

    /// Listens to decisions.
    default Trace trace() {
        return Trace.OFF;
    }
}
