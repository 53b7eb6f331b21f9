package io.heddle.proxy.grpc;

import io.heddle.proxy.loop.Deadline;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.WeightRules;
import io.heddle.traffic.outside.GrpcService;
import io.heddle.xds.read.LoadReportReader;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has one host tell how busy it is, again and again (ORCA's `OpenRcaService.StreamCoreMetrics`), and keeps that in its
/// state. A stream that ends is opened again, after pauses that double from a second to two minutes; a host that does
/// not know the service is not asked any more. Confined to its loop, except for [#start] and [#stop].
final class LoadStream implements GrpcListener {
    private static final Logger log = LoggerFactory.getLogger(LoadStream.class);
    private static final long SHORTEST_PAUSE = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_PAUSE = Duration.ofMinutes(2).toNanos();

    private final GrpcClient client;
    private final Upstreams upstreams;
    private final String cluster;
    private final Host host;
    private final WeightRules rules;
    private final Duration every;
    private final Deadline again = new Deadline(this::open);
    private @Nullable GrpcCall call;
    private long pause = SHORTEST_PAUSE;
    private boolean stopped;

    /// One from `host` of the cluster called `cluster`, with a report every so often.
    LoadStream(
            GrpcClient client, Upstreams upstreams, String cluster, Host host, BalancerPolicy.ClientWeighted policy) {
        this.client = client;
        this.upstreams = upstreams;
        this.cluster = cluster;
        this.host = host;
        this.rules = policy.rules();
        this.every = policy.asksEvery().orElseThrow();
    }

    void start() {
        client.worker().loop().execute(this::open);
    }

    void stop() {
        client.worker().loop().execute(() -> {
            stopped = true;
            client.worker().deadlines().remove(again);
            if (call != null) {
                call.cancel();
                call = null;
            }
        });
    }

    private void open() {
        var found = upstreams.cluster(cluster);
        boolean there = found.isPresent()
                && found.get().hosts().values().stream().anyMatch(other -> other.state() == host.state());
        if (stopped || !there) {
            return;
        }
        var service = new GrpcService(cluster, cluster, List.of(), Duration.ZERO, LoadReportReader.LONGEST);
        var fresh = client.openAt(found.get(), host, GrpcRequest.stream(service, LoadReportReader.PATH), this);
        call = fresh;
        fresh.send(LoadReportReader.request(every));
        fresh.halfClose();
        fresh.request(1);
    }

    @Override
    public void message(byte[] message) {
        pause = SHORTEST_PAUSE;
        LoadReportReader.message(message)
                .ifPresent(report ->
                        host.state().report(report, rules, client.worker().now()));
        if (call != null) {
            call.request(1);
        }
    }

    @Override
    public void closed(GrpcStatus status) {
        call = null;
        if (stopped) {
            return;
        }
        if (status.code() == GrpcCode.UNIMPLEMENTED) {
            log.atWarn()
                    .addKeyValue("cluster_name", cluster)
                    .addKeyValue("host", host.endpoint().socketAddress())
                    .log("the host does not report its load; it is balanced without");
            return;
        }
        var worker = client.worker();
        long jitter = Math.unsignedMultiplyHigh(worker.chance(), pause / 2);
        worker.deadlines().set(again, worker.now() + pause - jitter);
        pause = Math.min(LONGEST_PAUSE, pause * 2);
    }
}
