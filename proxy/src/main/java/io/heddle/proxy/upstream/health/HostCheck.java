package io.heddle.proxy.upstream.health;

import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.upstream.connect.ClientTlsSource;
import io.heddle.proxy.upstream.connect.ConnectionOrigin;
import io.heddle.proxy.upstream.connect.HostAddress;
import io.heddle.proxy.upstream.connect.UpstreamTarget;
import io.heddle.proxy.upstream.pool.HostPools;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.grpc.GrpcFigures;
import io.heddle.traffic.grpc.GrpcMethod;
import io.heddle.traffic.grpc.GrpcMethods;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.ClusterLoad;
import io.heddle.traffic.resilience.health.GrpcHealth;
import io.heddle.traffic.resilience.health.HealthCheck;
import io.heddle.traffic.resilience.health.HealthCheck.Result;
import io.heddle.traffic.resilience.health.HealthCheckState;
import io.heddle.traffic.resilience.health.OutlierMonitor;
import io.heddle.traffic.runtime.Cluster;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Asks one host, again and again, whether it is well, and tells its [HostState]. Its connections are its own:
/// they count in no breaker, and what becomes of them is no concern of outlier detection. Confined to its loop,
/// except for [#start], [#stop], [#end], [#follow], [#serves] and [#answered].
public final class HostCheck {
    private final Worker worker;
    private final UpstreamTarget target;
    private final HealthCheck check;
    private final Line line;
    private final CheckCounts counts;
    private final HealthEvents events;
    private final HostProbe probe;
    private final HealthCheckState state;
    private final Deadline next = new Deadline(this::begin);
    private final Deadline late = new Deadline(this::late);
    private final CompletableFuture<Void> answered = new CompletableFuture<>();
    private volatile List<HostState> others = List.of();
    private volatile Optional<OutlierMonitor> outliers;
    private boolean stopped;
    private boolean asked;

    /// A way to ask once. One answer at most is given, and none after [#cancel].
    interface HostProbe {
        /// Asks.
        void ask();

        /// Nobody waits any more.
        void cancel();

        /// Nothing will be asked any more.
        void close();
    }

    /// Hears what one check came to, on the loop.
    interface Answer {
        /// That.
        void came(Finding finding);
    }

    /// What one check came to.
    ///
    /// @param result that
    /// @param status the HTTP status that the host answered with, where that is what counts; else 0
    record Finding(Result result, int status) {
        /// Without a status.
        static Finding of(Result result) {
            return new Finding(result, 0);
        }
    }

    /// @param target the host
    /// @param check how it is asked
    /// @param line how it is reached for that
    /// @param counts what checks of its cluster came to
    /// @param events where what they change is written
    record Order(UpstreamTarget target, HealthCheck check, Line line, CheckCounts counts, HealthEvents events) {}

    /// How checks reach a host.
    ///
    /// @param transport the transport socket
    /// @param source makes TLS handlers by that
    public record Line(Cluster.Transport transport, Optional<ClientTlsSource> source) {}

    /// Checks the host of `order` from the loop of `worker`, over the connections of `pools` where requests ask.
    public HostCheck(Worker worker, HostPools pools, Order order) {
        this.worker = worker;
        this.target = order.target();
        this.check = order.check();
        this.line = order.line();
        this.counts = order.counts();
        this.events = order.events();
        this.outliers = target.outliers();
        this.state = new HealthCheckState(check, !target.host().state().failsChecks());
        var own = own();
        this.probe = switch (check.probe()) {
            case HealthCheck.Probe.Http http ->
                asking(pools, own, new HealthQuestion.Http(http, authority(http.authority())));
            case HealthCheck.Probe.Grpc grpc ->
                asking(pools, own, new HealthQuestion.Grpc(grpc, authority(grpc.authority()), calls(pools.calls())));
            case HealthCheck.Probe.Tcp tcp ->
                new TcpProbe(() -> pools.connector(own, ConnectionOrigin.ANYBODY), tcp, this::came);
        };
    }

    /// What calls of the health service come to.
    private GrpcFigures calls(GrpcMethods all) {
        return GrpcMethod.of(target.cluster().name(), GrpcHealth.PATH)
                .map(all::of)
                .orElseThrow();
    }

    private HostProbe asking(HostPools pools, UpstreamTarget own, HealthQuestion question) {
        return new HttpProbe(
                worker, () -> pools.fresh(own, question.http2()), own, question, check.reuse(), this::came);
    }

    /// The name that is asked for: the host's own for checks, else the configured one, else the cluster's.
    private String authority(String configured) {
        var own = target.host().endpoint().checks().hostname();
        if (!own.isEmpty()) {
            return own;
        }
        return configured.isEmpty() ? target.cluster().name() : configured;
    }

    /// The host as checks reach it: with a state and a breaker of their own.
    private UpstreamTarget own() {
        var endpoint = target.host().endpoint();
        boolean elsewhere = check.port().isPresent()
                || endpoint.checks().port().isPresent()
                || endpoint.checks().address().isPresent();
        var asked = elsewhere ? endpoint.checked(check.port()) : endpoint;
        var address =
                elsewhere ? HostAddress.of(asked, target.cluster().opening().order()) : target.address();
        return new UpstreamTarget(
                new Host(asked, new HostState()),
                address,
                line.transport(),
                line.source(),
                target.cluster(),
                new ClusterLoad(BreakerLimits.DEFAULT));
    }

    /// Whether it is what `wanted` asks for.
    boolean serves(Order wanted) {
        var host = wanted.target();
        return check.equals(wanted.check())
                && target.sameWay(host)
                && line.transport().equals(wanted.line().transport())
                && target.host()
                        .endpoint()
                        .checks()
                        .equals(host.host().endpoint().checks());
    }

    /// It goes on for `order`, which it [#serves]. These are all the hosts of the cluster: requests to any of
    /// them are its traffic.
    void follow(Order order, List<HostState> hosts) {
        others = hosts;
        outliers = order.target().outliers();
    }

    /// Completes when the host was asked once, and answered or took too long; or when it is asked no more.
    CompletableFuture<Void> answered() {
        return answered;
    }

    /// Begins.
    void start() {
        worker.loop().execute(() -> {
            if (!stopped) {
                worker.deadlines()
                        .set(next, worker.tick() + state.begin(worker.chance()).toNanos());
            }
        });
    }

    /// Ends; what was found out stays.
    void stop() {
        answered.complete(null);
        worker.loop().execute(() -> {
            stopped = true;
            worker.deadlines().remove(next);
            worker.deadlines().remove(late);
            probe.cancel();
            probe.close();
        });
    }

    /// Ends, as the cluster is not checked any more: what was found out is forgotten.
    void end() {
        stop();
        worker.loop().execute(() -> target.host().state().passCheck(worker.now()));
    }

    private void begin() {
        worker.tick();
        counts.attempt().increment();
        worker.deadlines().set(late, worker.now() + check.timeout().toNanos());
        probe.ask();
    }

    private void late() {
        worker.tick();
        probe.cancel();
        came(Finding.of(Result.TIMEOUT));
    }

    private void came(Finding finding) {
        if (stopped) {
            return;
        }
        var result = finding.result();
        worker.deadlines().clear(late);
        switch (result) {
            case WELL -> counts.success().increment();
            case ILL, RETRIABLE -> counts.failure().increment();
            case NETWORK, TIMEOUT -> {
                counts.failure().increment();
                counts.network().increment();
            }
        }
        boolean first = !asked;
        asked = true;
        if (state.healthy() && target.host().state().failsChecks()) {
            state.refused(); // so it said itself, in an answer
        }
        var change = state.checked(result);
        find(target.host().state()); // said again: an older check may have had the last word
        if (result == Result.WELL && state.healthy()) {
            outliers.ifPresent(monitor -> monitor.checkedWell(worker.now()));
        }
        say(change, finding, first);
        boolean traffic = others.stream().anyMatch(HostState::wasUsed);
        worker.deadlines()
                .set(next, worker.now() + state.next(traffic, worker.chance()).toNanos());
        if (first) {
            answered.complete(null);
        }
    }

    private void find(HostState host) {
        if (state.healthy()) {
            host.passCheck(worker.now());
        } else {
            host.failCheck();
        }
    }

    /// What a check changed, and the check itself where it is wanted, are told each for itself. A host's first
    /// failure always is: such a host may never have been well, so that nothing changes.
    private void say(HealthCheckState.Change change, Finding finding, boolean first) {
        if (change != HealthCheckState.Change.NONE) {
            events.happened(new HealthEvents.Event(target, check, change, finding, first));
        }
        boolean well = finding.result() == Result.WELL;
        if (well ? check.logs().successes() : first || check.logs().failures()) {
            events.happened(new HealthEvents.Event(target, check, HealthCheckState.Change.NONE, finding, first));
        }
    }
}
