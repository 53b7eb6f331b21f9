package io.heddle.proxy.upstream;

import io.heddle.proxy.config.ActiveConfig;
import io.heddle.proxy.dns.DnsClients;
import io.heddle.proxy.dns.NameLookup;
import io.heddle.proxy.http2.Http2Counters;
import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.EventFiles;
import io.heddle.proxy.upstream.connect.BindErrors;
import io.heddle.proxy.upstream.connect.ClientTlsSource;
import io.heddle.proxy.upstream.connect.ConnectionOrigin;
import io.heddle.proxy.upstream.connect.HostAddress;
import io.heddle.proxy.upstream.connect.Originator;
import io.heddle.proxy.upstream.connect.RawConnector;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.proxy.upstream.health.CheckCounts;
import io.heddle.proxy.upstream.health.HealthChecks;
import io.heddle.proxy.upstream.health.HealthEvents;
import io.heddle.proxy.upstream.health.HostCheck;
import io.heddle.proxy.upstream.health.Outliers;
import io.heddle.proxy.upstream.name.DynamicConnecting;
import io.heddle.proxy.upstream.name.DynamicHosts;
import io.heddle.proxy.upstream.name.NameResolver;
import io.heddle.proxy.upstream.name.NameUpdates;
import io.heddle.proxy.upstream.pool.ConnectionTicket;
import io.heddle.proxy.upstream.pool.HostPools;
import io.heddle.proxy.upstream.pool.TcpPool;
import io.heddle.traffic.balance.AggregateBalancer;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.BuiltinBalancers;
import io.heddle.traffic.balance.HashedBalancer;
import io.heddle.traffic.balance.LoadBalancer;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostSet;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.grpc.GrpcMethods;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.resilience.ClusterLoad;
import io.heddle.traffic.resilience.ConnectionCounts;
import io.heddle.traffic.resilience.RoutingPriority;
import io.heddle.traffic.resilience.health.HealthCheck;
import io.heddle.traffic.resilience.health.OutlierDetector;
import io.heddle.traffic.runtime.ClientTls;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.DestinationRules;
import io.heddle.traffic.runtime.Home;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Every cluster of the live configuration, ready for use, and the connections to their hosts.
///
/// Follows the configuration: an unchanged cluster stays the same object; in a changed one, hosts that remain keep
/// their live state and connections. Hosts that went away lose their idle connections at once and the busy ones
/// when they are done. Reading is safe on any thread; swaps come one at a time.
public final class Upstreams implements ActiveConfig.Follower {
    private static final LoadBalancer NOBODY = BuiltinBalancers.create(new BalancerPolicy.RoundRobin(), List.of());

    private final List<HostPools> pools;
    private final Function<ClientTls, ClientTlsSource> tls;
    private final NameLookup lookup;
    private final EventLoop timer;
    private final NameResolver names;
    private final Http2Counters counters = new Http2Counters();
    private final GrpcMethods calls = new GrpcMethods();
    private final ClusterChanges changes = new ClusterChanges();
    private final BindErrors bindErrors = new BindErrors();
    private final Outliers outliers;
    private final HealthChecks checks;
    private final EventFiles events = new EventFiles();
    private volatile Map<String, UpstreamCluster> clusters = Map.of();
    private RuntimeConfig applied = RuntimeConfig.EMPTY;
    private List<Cluster> expected = List.of();
    private volatile List<CompletableFuture<Void>> warming = List.of();
    private Neighbourhood neighbourhood;
    private volatile Runnable follower = () -> {};

    /// Clusters of `first`, with connections on `loops` and TLS by `tls`, for a proxy that does not know where it
    /// runs.
    public Upstreams(EventLoops loops, Function<ClientTls, ClientTlsSource> tls, RuntimeConfig first) {
        this(loops, tls, first, Home.UNKNOWN);
    }

    /// Clusters of `first`, with connections on `loops` and TLS by `tls`, for a proxy that runs at `home`.
    public Upstreams(EventLoops loops, Function<ClientTls, ClientTlsSource> tls, RuntimeConfig first, Home home) {
        this.neighbourhood = Neighbourhood.nobody(home);
        this.tls = tls;
        this.pools = loops.workers().stream()
                .map(worker -> new HostPools(worker, loops, counters, bindErrors, calls))
                .toList();
        this.lookup = new DnsClients(loops);
        this.timer = loops.workers().getFirst().loop();
        this.outliers = new Outliers(timer, events);
        this.checks = new HealthChecks(loops.workers(), pools, new HealthEvents(events));
        this.names = new NameResolver(lookup, this::resolved);
        swapped(RuntimeConfig.EMPTY, first);
    }

    /// Has `next` called after each change of clusters and hosts, by whoever changed them; once at a time, and now.
    public synchronized void followedBy(Runnable next) {
        follower = next;
        next.run();
    }

    /// What ended HTTP/2 connections to hosts.
    public Http2Counters http2() {
        return counters;
    }

    /// What became of the gRPC calls that the proxy made itself to these clusters.
    public GrpcMethods calls() {
        return calls;
    }

    /// How many connections could not come from the address that they should, by cluster; those that have none are
    /// left out.
    public Map<String, Long> bindErrors() {
        return bindErrors.all();
    }

    /// How often clusters came, changed and went.
    public ClusterChanges changes() {
        return changes;
    }

    /// What became of the questions for the names of clusters that have names, by cluster.
    public Map<String, NameUpdates> nameUpdates() {
        return names.updates();
    }

    /// The outlier detectors of clusters that have one, by the cluster's name.
    public Map<String, OutlierDetector> outliers() {
        return outliers.all();
    }

    /// Ejections of hosts are told in the file at `path`, too, from now on.
    public void logEjections(Optional<String> path) {
        outliers.writeTo(path);
    }

    /// What active health checks came to, by the name of the cluster; those that have none are left out.
    public Map<String, CheckCounts> checks() {
        return checks.counts();
    }

    /// The cluster called `name`, if there is one now. An exchange under an older configuration may find that its
    /// cluster is gone.
    public Optional<UpstreamCluster> cluster(String name) {
        return Optional.ofNullable(clusters.get(name));
    }

    /// All clusters there are now, by name.
    public List<UpstreamCluster> all() {
        return List.copyOf(new TreeMap<>(clusters).values());
    }

    /// The names of all clusters there are now.
    public Set<String> names() {
        return clusters.keySet();
    }

    /// Asks for a connection to `host` of `cluster` on the event loop of `worker`, where this is called. The listener
    /// of `ticket` gets it, perhaps before this returns, unless the ticket is cancelled.
    public void connect(Worker worker, UpstreamCluster cluster, Host host, ConnectionTicket ticket) {
        var here = pools.get(worker.index());
        here.acquire(cluster.target(host), ticket);
        if (cluster.predicted().isPresent()) {
            for (var later : cluster.predicted().get().of(worker.index())) {
                later.ifPresent(next -> here.expect(cluster.target(next)));
            }
        }
    }

    /// Asks for a connection of its own to `host` for the bytes of a CONNECT request that ends here, as [#connect]
    /// does for a request.
    public void tunnel(Worker worker, UpstreamCluster cluster, Host host, ConnectionTicket ticket) {
        new TcpPool(raw(worker, cluster, host, ticket.originator()), worker).acquire(ticket);
    }

    /// How to make a connection for bytes of any kind of `originator` to `host`, on the event loop of `worker`.
    public RawConnector raw(Worker worker, UpstreamCluster cluster, Host host, Originator originator) {
        var target = cluster.target(host);
        return pools.get(worker.index()).connector(target, ConnectionOrigin.of(target, originator));
    }

    /// Gets clusters ready that may be in use next, instead of those of an earlier call: asks for their names,
    /// and has those of their hosts checked that are not in use.
    ///
    /// @return for each cluster that has to be waited for, by its name: completes when its names were answered
    ///     once, well or badly, or were waited for as long as a connection of the cluster is, and when each
    ///     host was asked once after that and has answered, or took too long
    public Map<String, CompletableFuture<Void>> warm(Collection<Cluster> coming) {
        var warmed = new HashMap<>(names.warm(coming));
        var checked = coming.stream().filter(Upstreams::awaitsChecks).toList();
        expect(checked);
        for (var cluster : checked) {
            var named = warmed.getOrDefault(cluster.name(), CompletableFuture.allOf());
            warmed.put(cluster.name(), named.isDone() ? check(cluster) : named.thenComposeAsync(_ -> check(cluster)));
        }
        warming = List.copyOf(warmed.values());
        return warmed;
    }

    /// How many clusters are waited for.
    public long warming() {
        return warming.stream().filter(cluster -> !cluster.isDone()).count();
    }

    /// A cluster that does not wait for its names has no hosts to wait for, as in Envoy.
    private static boolean awaitsChecks(Cluster cluster) {
        boolean unnamed = cluster.discovery() instanceof Cluster.Discovery.Dns dns && !dns.awaited();
        return cluster.health().check().isPresent() && !unnamed;
    }

    private synchronized void expect(List<Cluster> checked) {
        expected = List.copyOf(checked);
        checks.expectOnly(checked.stream().map(Cluster::name).collect(Collectors.toSet()));
    }

    /// Has hosts that are not in use checked, unless something else is expected by now.
    private synchronized CompletableFuture<Void> check(Cluster cluster) {
        if (!expected.contains(cluster)) {
            return CompletableFuture.allOf();
        }
        var live = clusters.get(cluster.name());
        var load = new ClusterLoad(cluster.limits());
        var sources = new HashMap<ClientTls, ClientTlsSource>();
        var hosts = new LinkedHashMap<String, UpstreamTarget>();
        for (var found : names.resolve(cluster)) {
            var endpoint = found.endpoint();
            if (endpoint.checks().disabled() || (live != null && live.hosts().containsKey(found.key()))) {
                continue;
            }
            var transport = cluster.transport(endpoint.transportMatch());
            hosts.put(
                    found.key(),
                    new UpstreamTarget(
                            new Host(endpoint, joining(cluster, found)),
                            HostAddress.of(endpoint, cluster.opening().order()),
                            transport,
                            transport.tls().map(needed -> sources.computeIfAbsent(needed, tls)),
                            cluster,
                            load));
        }
        return checks.expect(cluster, hosts, checkLine(cluster, sources));
    }

    /// The clusters of `next` are there when the first request under it asks for them; those it lacks stay
    /// until it is live.
    @Override
    public synchronized void preparing(RuntimeConfig next) {
        applied = next;
        names.watch(next.clusters().values());
        apply(next, Set.of(), clusters);
    }

    @Override
    @SuppressWarnings(
            "ReferenceEquality") // The same configuration again is the same object; comparing all of it is dear.
    public synchronized void swapped(RuntimeConfig previous, RuntimeConfig next) {
        if (applied != next) {
            applied = next;
            names.watch(next.clusters().values());
        }
        apply(next, Set.of(), Map.of());
    }

    private synchronized void resolved(Set<NameResolver.Query> changed) {
        apply(applied, changed, Map.of());
    }

    private void apply(RuntimeConfig next, Set<NameResolver.Query> changedNames, Map<String, UpstreamCluster> staying) {
        var before = clusters;
        var after = new HashMap<>(staying);
        var aggregates = new ArrayList<Cluster>();
        boolean movedHouse = look(next);
        for (var cluster : next.clusters().values()) {
            if (cluster.discovery() instanceof Cluster.Discovery.Aggregate) {
                aggregates.add(cluster);
                continue;
            }
            var old = before.get(cluster.name());
            boolean moved =
                    !changedNames.isEmpty() && !Collections.disjoint(NameResolver.queries(cluster), changedNames);
            boolean rezoned = movedHouse && neighbourhood.concerns(cluster);
            boolean kept = old != null && !moved && !rezoned && old.cluster().equals(cluster);
            after.put(cluster.name(), kept ? old : build(cluster, Optional.ofNullable(old)));
        }
        aggregates.forEach(cluster -> after.remove(cluster.name()));
        aggregates.forEach(cluster -> aggregate(cluster, next, after));
        clusters = Map.copyOf(after);
        changes.note(before, clusters);
        bindErrors.keep(clusters.keySet());
        outliers.keep(clusters.keySet());
        checks.keep(clusters.keySet());
        retire(before, after);
        follower.run();
    }

    /// Looks how many proxies of this one's kind run where; whether that has changed.
    private boolean look(RuntimeConfig next) {
        var local = next.clusters().get(neighbourhood.home().cluster());
        if (local == null) {
            return false;
        }
        var endpoints = names.resolve(local).stream()
                .map(NameResolver.Resolved::endpoint)
                .toList();
        var found = Neighbourhood.of(neighbourhood.home(), endpoints);
        boolean changed = !found.equals(neighbourhood);
        neighbourhood = found;
        return changed;
    }

    /// Puts an aggregate cluster into `after`, and before it those aggregates that it is made of. Configuration has
    /// no circles; clusters that are not there (yet) are left out.
    private void aggregate(Cluster cluster, RuntimeConfig next, Map<String, UpstreamCluster> after) {
        if (!(cluster.discovery() instanceof Cluster.Discovery.Aggregate(var names))
                || after.containsKey(cluster.name())) {
            return;
        }
        var parts = new ArrayList<UpstreamCluster>();
        for (var name : names) {
            var part = next.clusters().get(name);
            if (part != null) {
                aggregate(part, next, after);
            }
            Optional.ofNullable(after.get(name)).ifPresent(parts::add);
        }
        var old = clusters.get(cluster.name());
        if (old != null && old.cluster().equals(cluster) && old.parts().equals(parts)) {
            after.put(cluster.name(), old);
            return;
        }
        var balancer = new AggregateBalancer(parts.stream()
                .<LoadBalancer>map(part -> new HashedBalancer(part.hashPolicies(), part.balancer()))
                .toList());
        var before = Optional.ofNullable(old);
        var load = load(cluster, before);
        after.put(
                cluster.name(),
                new UpstreamCluster(
                        cluster,
                        balancer,
                        load,
                        counts(before),
                        new UpstreamCluster.Hosts.OfOthers(List.copyOf(parts))));
    }

    private static ClusterLoad load(Cluster cluster, Optional<UpstreamCluster> old) {
        var load = old.map(UpstreamCluster::load).orElseGet(() -> new ClusterLoad(cluster.limits()));
        load.limit(cluster.limits());
        return load;
    }

    private static ClusterCounts counts(Optional<UpstreamCluster> old) {
        return old.map(UpstreamCluster::counts).orElseGet(ClusterCounts::new);
    }

    private UpstreamCluster build(Cluster cluster, Optional<UpstreamCluster> old) {
        var load = load(cluster, old);
        var counts = counts(old);
        if (cluster.discovery() instanceof Cluster.Discovery.OriginalDestination(var rules)) {
            var destinations = destinations(cluster, rules, load);
            return new UpstreamCluster(
                    cluster, destinations, load, counts, new UpstreamCluster.Hosts.Named(destinations));
        }
        if (cluster.discovery() instanceof Cluster.Discovery.DynamicForward dynamic) {
            var connecting = new DynamicConnecting(cluster, dynamic, cluster.transport(Map.of()), tls, load);
            var named = new DynamicHosts(dynamic.cache(), lookup, timer, connecting, this::retire);
            named.open();
            return new UpstreamCluster(cluster, NOBODY, load, counts, new UpstreamCluster.Hosts.Dynamic(named));
        }
        var hosts = new LinkedHashMap<String, Host>();
        var targets = new IdentityHashMap<HostState, UpstreamTarget>();
        var sources = new HashMap<ClientTls, ClientTlsSource>();
        for (var found : names.resolve(cluster)) {
            var known = old.map(was -> was.hosts().get(found.key()));
            hosts.put(
                    found.key(),
                    new Host(found.endpoint(), known.map(Host::state).orElseGet(() -> joining(cluster, found))));
        }
        var detector = outliers.watch(cluster, hosts.values());
        hosts.forEach((key, host) -> {
            var endpoint = host.endpoint();
            var known = old.map(was -> was.hosts().get(key));
            var transport = cluster.transport(endpoint.transportMatch());
            var source = transport.tls().map(needed -> sources.computeIfAbsent(needed, tls));
            var address =
                    HostAddress.of(cluster, endpoint, known.flatMap(before -> old.map(was -> was.target(before))));
            var monitor = detector.map(watching -> watching.monitor(host.state()));
            targets.put(
                    host.state(),
                    new UpstreamTarget(
                            host, address, transport, source, cluster, load, RoutingPriority.DEFAULT, monitor));
        });
        checks.watch(cluster, targets.values(), checkLine(cluster, sources));
        counts.has(
                hosts, cluster.balancer(), old.map(was -> was.hosts().keySet()).orElse(Set.of()));
        var around = neighbourhood.around(() -> active(load));
        var set = new HostSet(List.copyOf(hosts.values()), cluster.endpoints().spread(), around, counts);
        var balancer = BuiltinBalancers.create(cluster.balancer(), set);
        return new UpstreamCluster(cluster, balancer, load, counts, new UpstreamCluster.Hosts.Known(hosts, targets));
    }

    /// Nothing is known of a host that was not checked yet, so it counts as ill.
    private HostState joining(Cluster cluster, NameResolver.Resolved host) {
        boolean isChecked = cluster.health().check().isPresent()
                && !host.endpoint().checks().disabled();
        var known = isChecked ? checks.expected(cluster.name(), host.key()) : Optional.<HostState>empty();
        var state = known.orElseGet(HostState::new);
        if (isChecked && known.isEmpty()) {
            state.awaitCheck(cluster.health().leavesOutUnchecked());
        }
        state.join(System.nanoTime());
        return state;
    }

    /// How checks reach hosts: by their transport sockets, unless checks have one, or protocols, of their own.
    private Function<UpstreamTarget, HostCheck.Line> checkLine(
            Cluster cluster, Map<ClientTls, ClientTlsSource> sources) {
        var check = cluster.health().check();
        var chosen = check.flatMap(HealthCheck::transport).map(criteria -> cluster.transport(criteria));
        var offered = check.map(HealthCheck::applicationProtocols).orElse(List.of());
        return target -> {
            var socket = chosen.orElse(target.transport());
            var transport = offered.isEmpty() ? socket : socket.offering(offered);
            return new HostCheck.Line(transport, transport.tls().map(needed -> sources.computeIfAbsent(needed, tls)));
        };
    }

    private static int active(ClusterLoad load) {
        return load.breaker(RoutingPriority.DEFAULT).active(CircuitBreaker.Resource.REQUESTS);
    }

    private OriginalDestinations destinations(Cluster cluster, DestinationRules rules, ClusterLoad load) {
        var transport = cluster.transport(Map.of());
        var source = transport.tls().map(tls);
        return new OriginalDestinations(
                rules,
                host -> new UpstreamTarget(
                        host,
                        HostAddress.of(host.endpoint(), cluster.opening().order()),
                        transport,
                        source,
                        cluster,
                        load),
                this::retire,
                () -> load.connections().count(ConnectionCounts.Figure.INVALID_DESTINATION));
    }

    private void retire(Map<String, UpstreamCluster> before, Map<String, UpstreamCluster> after) {
        var gone = new ArrayList<HostState>();
        before.forEach((name, old) -> {
            var now = after.get(name);
            if (old.namesHosts()) {
                if (!old.equals(now)) {
                    old.close();
                    old.hosts().values().forEach(host -> gone.add(host.state()));
                }
                return;
            }
            old.hosts().forEach((key, host) -> {
                if (now == null || !now.hosts().containsKey(key)) {
                    gone.add(host.state());
                }
            });
            old.destinations()
                    .filter(known -> now == null || !now.destinations().equals(Optional.of(known)))
                    .ifPresent(known -> gone.addAll(known.states()));
        });
        if (!gone.isEmpty()) {
            retire(gone);
        }
    }

    /// Writes what is known of events and ends. Connections end with their event loops.
    public void close() {
        events.close();
    }

    private void retire(List<HostState> gone) {
        pools.forEach(pool -> pool.retire(gone));
    }
}
