package io.heddle.traffic.explain;

import io.heddle.traffic.explain.Explanation.Outcome;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.rbac.ConnectionRbac;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.runtime.ChainIndex;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.ListenerFilter;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Explains what a proxy does with a request under one configuration: listener, filter chain, virtual host, every
/// route tried, every filter, cluster, priority, locality and endpoint. Nothing is sent, and nothing changes but
/// what a pick itself changes in a balancer that is in use.
///
/// Safe on any thread as far as [Clusters] and [Heads] are.
///
/// @param config the configuration
/// @param clusters where clusters and their hosts are found
/// @param heads what is done to heads before routes see them
/// @param now the time of a monotonic clock, in nanoseconds
/// @param nowMillis the time, in milliseconds since the epoch
/// @param runtime what overrides shares, flags and numbers of the configuration
public record Explainer(
        RuntimeConfig config, Clusters clusters, Heads heads, long now, long nowMillis, RuntimeSnapshot runtime) {
    /// Of a configuration of which nothing is overridden.
    public Explainer(RuntimeConfig config, Clusters clusters, Heads heads, long now, long nowMillis) {
        this(config, clusters, heads, now, nowMillis, RuntimeSnapshot.EMPTY);
    }

    /// What becomes of `call`, whose listener must be there.
    public Explanation explain(Call call) {
        var named = config.listeners().get(call.listener());
        if (named == null) {
            throw new IllegalArgumentException("no such listener: " + call.listener());
        }
        var trace = new StepList();
        var listener = handedOff(named, call, trace);
        trace.decided(
                "listener",
                listener.name(),
                "takes the connection to " + text(call.peer().local()));
        var chain = chain(listener, call, trace);
        var outcome =
                chain.isEmpty() ? new Outcome.Closed("no filter chain matches") : inChain(chain.get(), call, trace);
        return new Explanation(trace.steps(), outcome);
    }

    /// A redirected connection goes to the listener of its original destination, if there is one.
    private Listener handedOff(Listener first, Call call, Trace trace) {
        if (!first.handsOff() || !looks(first, call, ListenerFilter.OriginalDestination.class)) {
            return first;
        }
        var wanted = call.peer().local();
        var exact = at(wanted, wanted.getAddress().getHostAddress());
        var every = wanted.getAddress() instanceof Inet4Address ? "0.0.0.0" : "::";
        var other = exact.or(() -> at(wanted, every)).filter(found -> !found.equals(first));
        if (other.isPresent()) {
            trace.decided(
                    "listener",
                    first.name(),
                    "hands the connection off to " + other.get().name());
        }
        return other.orElse(first);
    }

    private Optional<Listener> at(InetSocketAddress destination, String host) {
        return config.listeners().values().stream()
                .filter(listener -> listener.addresses().stream()
                        .anyMatch(address -> address.port() == destination.getPort()
                                && address.host().equals(host)))
                .findFirst();
    }

    private static boolean looks(Listener listener, Call call, Class<? extends ListenerFilter> kind) {
        return listener.inspection().steps().stream()
                .anyMatch(step -> kind.isInstance(step.filter())
                        && !step.disabled().test(call.peer().local().getPort()));
    }

    private static Optional<ListenerChain> chain(Listener listener, Call call, Trace trace) {
        var info = call.connection(
                looks(listener, call, ListenerFilter.TlsInspector.class),
                looks(listener, call, ListenerFilter.HttpInspector.class));
        var index = ChainIndex.of(
                listener.chains().stream().map(ListenerChain::match).toList());
        int found = index.find(info, trace);
        if (found != ChainIndex.NONE) {
            var chain = listener.chains().get(found);
            trace.decided("filter chain", name(chain, found), "takes the connection");
            return Optional.of(chain);
        }
        if (listener.otherwise().isPresent()) {
            trace.decided("filter chain", "default_filter_chain", "takes what no other matches");
        } else {
            trace.decided("filter chain", "", "no filter chain matches, and there is no default one");
        }
        return listener.otherwise();
    }

    private static String name(ListenerChain chain, int position) {
        return chain.name().isEmpty() ? "filter_chains[" + position + "]" : chain.name();
    }

    private Outcome inChain(ListenerChain chain, Call call, Trace trace) {
        if (chain.tls().isPresent() != call.peer().tls()) {
            var reason = call.peer().tls() ? "the filter chain expects plaintext" : "the filter chain expects TLS";
            trace.decided("transport", call.peer().tls() ? "TLS" : "plaintext", reason);
            return new Outcome.Closed(reason);
        }
        trace.decided("transport", call.peer().tls() ? "TLS" : "plaintext", "fits the filter chain");
        for (var access : chain.access()) {
            var refusal = access.refusal(call.peer());
            var verdict = refusal.map(ConnectionRbac.Refusal::details).orElse("lets the connection pass");
            trace.decided("network filter", ConnectionRbac.NAME, verdict);
            if (refusal.isPresent()) {
                return new Outcome.Closed(verdict);
            }
        }
        var chances = new Chances(call.seed());
        var hosts = new HostStep(clusters, new CallPick.Source(chances, now, runtime, trace));
        return switch (chain.filter()) {
            case NetworkFilter.Http http ->
                new RequestFold(config, heads, hosts, new RequestFold.Moment(nowMillis, runtime))
                        .run(call, http, chances);
            case NetworkFilter.Tcp tcp -> tcp(tcp, hosts, chances, trace);
        };
    }

    private Outcome tcp(NetworkFilter.Tcp tcp, HostStep hosts, Chances chances, Trace trace) {
        trace.decided("network filter", "envoy.filters.network.tcp_proxy", "passes bytes on");
        var target = tcp.clusters().target(chances.next());
        RequestFold.tellChoice(tcp.clusters(), target, runtime, trace);
        return hosts.connection(target);
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /// The names of the listeners that have a socket at `destination`, or at its port on every address; the exact
    /// ones first.
    public List<String> listenersAt(InetSocketAddress destination) {
        var host = destination.getAddress().getHostAddress();
        var exact = at(destination, host).stream();
        var every = Stream.of("0.0.0.0", "::").flatMap(any -> at(destination, any).stream());
        return Stream.concat(exact, every).map(Listener::name).distinct().toList();
    }
}
