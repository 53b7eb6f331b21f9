package io.heddle.proxy.upstream;

import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.loop.Worker;
import io.heddle.traffic.balance.Host;
import io.heddle.traffic.balance.HostState;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.CircuitBreaker;
import io.heddle.traffic.resilience.HealthCheck;
import io.heddle.traffic.resilience.HealthCheck.Result;
import io.heddle.traffic.resilience.HealthCheckState;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks one host, again and again, whether it is well, and tells its [HostState]. Its connections are its own: they
/// count in no breaker, and what becomes of them is no concern of outlier detection. Confined to its loop, except for
/// [#start], [#stop], [#end], [#among] and [#serves].
final class HostCheck {
    private static final Logger log = LoggerFactory.getLogger(HostCheck.class);

    private final Worker worker;
    private final UpstreamTarget target;
    private final HealthCheck check;
    private final CheckCounts counts;
    private final HostProbe probe;
    private final HealthCheckState state;
    private final Deadline next = new Deadline(this::begin);
    private final Deadline late = new Deadline(this::late);
    private volatile List<HostState> others = List.of();
    private boolean stopped;

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
        void came(Result result);
    }

    HostCheck(Worker worker, HostPools pools, UpstreamTarget target, HealthCheck check, CheckCounts counts) {
        this.worker = worker;
        this.target = target;
        this.check = check;
        this.counts = counts;
        this.state = new HealthCheckState(check, !target.host().state().failsChecks());
        var own = own(target, check);
        this.probe = switch (check.probe()) {
            case HealthCheck.Probe.Http http ->
                new HttpProbe(worker, () -> pools.fresh(own, http.http2()), own, http, check.reuse(), this::came);
            case HealthCheck.Probe.Tcp tcp ->
                new TcpProbe(() -> pools.connector(own, ConnectionOrigin.ANYBODY), tcp, this::came);
        };
    }

    /// The host as checks reach it: with a state and a breaker of their own.
    private static UpstreamTarget own(UpstreamTarget target, HealthCheck check) {
        var endpoint = target.host().endpoint();
        var asked = check.port().map(endpoint::withPort).orElse(endpoint);
        var address = check.port().isPresent()
                ? HostAddress.of(asked, target.cluster().opening().order())
                : target.address();
        return new UpstreamTarget(
                new Host(asked, new HostState()),
                address,
                target.transport(),
                target.source(),
                target.cluster(),
                new CircuitBreaker(BreakerLimits.DEFAULT));
    }

    /// Whether it is what `wanted` asks for at `host`.
    boolean serves(HealthCheck wanted, UpstreamTarget host) {
        return check.equals(wanted) && target.sameConnections(host);
    }

    /// These are all the hosts of the cluster: requests to any of them are its traffic.
    void among(List<HostState> hosts) {
        others = hosts;
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
        worker.loop().execute(() -> target.host().state().checked(true));
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
        came(Result.TIMEOUT);
    }

    private void came(Result result) {
        if (stopped) {
            return;
        }
        worker.deadlines().clear(late);
        switch (result) {
            case WELL -> counts.success().increment();
            case ILL -> counts.failure().increment();
            case NETWORK, TIMEOUT -> {
                counts.failure().increment();
                counts.network().increment();
            }
        }
        var change = state.checked(result);
        target.host().state().checked(state.healthy()); // said again: an older check may have had the last word
        if (result == Result.WELL && state.healthy()) {
            target.outliers().ifPresent(outliers -> outliers.checkedWell(worker.now()));
        }
        say(change, result);
        boolean traffic = others.stream().anyMatch(HostState::wasUsed);
        worker.deadlines()
                .set(next, worker.now() + state.next(traffic, worker.chance()).toNanos());
    }

    private void say(HealthCheckState.Change change, Result result) {
        boolean well = result == Result.WELL;
        boolean wanted = well ? check.logs().successes() : check.logs().failures();
        if (change == HealthCheckState.Change.NONE && !wanted) {
            return;
        }
        var event = switch (change) {
            case FIRST_HEALTHY, HEALTHY -> "add_healthy_event";
            case UNHEALTHY -> "eject_unhealthy_event";
            case NONE -> well ? "successful_health_check_event" : "health_check_failure_event";
        };
        log.atInfo()
                .addKeyValue("cluster_name", target.cluster().name())
                .addKeyValue("host", target.host().endpoint().socketAddress())
                .addKeyValue("event", event)
                .addKeyValue("first_check", change == HealthCheckState.Change.FIRST_HEALTHY)
                .addKeyValue("result", result)
                .log("a health check");
    }
}
