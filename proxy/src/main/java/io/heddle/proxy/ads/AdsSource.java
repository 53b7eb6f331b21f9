package io.heddle.proxy.ads;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.proxy.config.ConfigGate;
import io.heddle.proxy.grpc.GrpcClient;
import io.heddle.proxy.ondemand.OnDemand;
import io.heddle.xds.client.AdsConversation;
import io.heddle.xds.client.AdsSubscriptions;
import io.heddle.xds.client.AdsVariant;
import io.heddle.xds.client.ConfigSink;
import io.heddle.xds.client.FileServer;
import io.heddle.xds.client.LastGoodFile;
import io.heddle.xds.client.RuntimeSink;
import io.heddle.xds.read.Bootstrap.ConfigFiles;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.RefusedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Configuration over ADS, and the copy of the last good one on disk that a restart falls back on while the control
/// plane is away.
///
/// A copy may be older than a denial, so it is used only when there is nothing better: when the control plane cannot be
/// reached (the first failed connection, or nothing within a bounded time), or when this proxy refuses the first
/// configuration that it gets, as a proxy that was never restarted would keep the one before; of single resources that
/// are refused in the first configuration, and of endpoints that do not come with it, their copies are used. It is not
/// used when the control plane is there and does not take this proxy.
///
/// Safe on any thread; candidates are applied on the client's thread, one at a time.
public final class AdsSource implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AdsSource.class);

    private final ConfigGate gate;
    private final RuntimeSink layers;
    private final OnDemand onDemand;
    private final LastGoodFile file;
    private final Runnable applied;
    /// Held while one candidate is applied, so that an older one never follows a newer one.
    private final Object applying = new Object();
    private volatile AdsStatus status = AdsStatus.NEW;
    private final OutageLog outages = new OutageLog();
    private ResourceSet restored = ResourceSet.EMPTY;
    private volatile ResourceSet live = ResourceSet.EMPTY;
    private final Refusals refusals = new Refusals();
    private final StartOrder order = new StartOrder();
    private final ToldWarnings told = new ToldWarnings();
    private boolean keptOnce;
    private @Nullable AdsClient client;
    private @Nullable FileClient files;
    private Optional<Health> health = Optional.empty();
    private Optional<Obstacle> obstacle = Optional.empty();

    /// `applied` is called after each configuration that was accepted.
    public AdsSource(ConfigGate gate, OnDemand onDemand, Path lastGood, Runnable applied) {
        this(gate, RuntimeSink.NONE, onDemand, lastGood, applied);
    }

    /// One whose server has layers of the runtime, too.
    public AdsSource(ConfigGate gate, RuntimeSink layers, OnDemand onDemand, Path lastGood, Runnable applied) {
        this.gate = gate;
        this.layers = layers;
        this.onDemand = onDemand;
        this.file = new LastGoodFile(lastGood);
        this.applied = applied;
    }

    private record Health(boolean healthy, String detail) {}

    /// Takes what the server sends, on the client's thread.
    private final class Sink implements ConfigSink {
        private ResourceSet warming = ResourceSet.EMPTY;
        private Set<String> keyless = Set.of();
        private Map<String, CompletableFuture<Void>> warmed = Map.of();

        @Override
        public Checked<?> apply(ResourceSet candidate, Set<ResourceType> changed) {
            synchronized (applying) {
                var result = gate.apply(candidate);
                if (result instanceof Checked.Ok<?> good) {
                    wentLive(candidate, good.warnings());
                }
                return result;
            }
        }

        @Override
        public List<Problem> check(ResourceType type, NamedResource resource) {
            return gate.check(type, resource);
        }

        @Override
        public List<Problem> checkTogether(Collection<NamedResource> clusters) {
            return gate.checkTogether(clusters);
        }

        @Override
        public void refused(Refusal refusal) {
            change(now -> now.refused(refusal.problems()));
            refusals.add(refusal, Instant.now());
            log.atWarn().addKeyValue("problems", refusal.problems()).log("configuration refused");
            warm(live, live, Set.of()); // what was refused is got ready no more
            if (refusal.wholly()) {
                noteRefusal(refusal.problems());
                keepAsBefore();
            }
        }

        @Override
        public Set<String> hostsAwaited(ResourceSet candidate, ResourceSet accepted, Set<String> without) {
            if (!candidate.equals(warming) || !without.equals(keyless)) {
                warm(candidate, accepted, without);
            }
            return warmed.entrySet().stream()
                    .filter(cluster -> !cluster.getValue().isDone())
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
        }

        private void warm(ResourceSet candidate, ResourceSet accepted, Set<String> without) {
            warming = candidate;
            keyless = without;
            warmed = gate.warm(candidate, accepted, without);
            for (var cluster : warmed.values()) {
                if (!cluster.isDone()) {
                    var _ = cluster.thenRunAsync(AdsSource.this::goOn);
                }
            }
        }

        @Override
        public void answered(ResourceType type, Collection<String> names) {
            onDemand.answered(type, names);
        }

        @Override
        public void withdrawn(ResourceType type, Collection<String> names) {
            refusals.withdrawn(type, names);
        }

        @Override
        public void fellBack(Collection<String> endpoints) {
            log.atWarn()
                    .addKeyValue("endpoints", endpoints)
                    .log("the control plane sent no endpoints in time; those of the last good configuration are used");
        }

        @Override
        public void outlived(Collection<String> secrets) {
            if (secrets.isEmpty()) {
                return;
            }
            log.atWarn()
                    .addKeyValue("secrets", secrets)
                    .log("the control plane removed secrets that are in use; they go on as they are");
        }

        @Override
        public ResourceSet lastGood() {
            return keptOnce ? ResourceSet.EMPTY : onDisk().orElse(ResourceSet.EMPTY);
        }
    }

    /// What was waited for may be there.
    public synchronized void goOn() {
        if (client != null) {
            client.goOn();
        }
        if (files != null) {
            files.goOn();
        }
    }

    private void wentLive(ResourceSet candidate, List<Problem> warnings) {
        change(now -> now.took(warnings));
        told.fresh(warnings).forEach(warning -> log.atWarn().log(warning.toString()));
        refusals.accepted(live, candidate);
        live = candidate;
        noteAccepted();
        keep(candidate);
        applied.run();
    }

    private Optional<ResourceSet> onDisk() {
        try {
            return file.read();
        } catch (IOException damaged) {
            log.atWarn().setCause(damaged).log("the last good configuration cannot be used");
            return Optional.empty();
        }
    }

    /// From now on the last good configuration is used when nothing was heard of the control plane for `silence`.
    public void fallBackAfter(Duration silence) {
        CompletableFuture.delayedExecutor(silence.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> fallBack(silence));
    }

    /// Uses the last good configuration, if nothing was heard of the control plane for `silence`, which is over.
    public void fallBack(Duration silence) {
        if (isUnconnected() && restore(true).isPresent()) {
            log.atWarn().addKeyValue("after", silence).log("the control plane has given no identity yet");
        }
        resumeUnlessHeard();
    }

    private synchronized boolean isUnconnected() {
        return order.isUnconnected();
    }

    private synchronized void resumeUnlessHeard() {
        var running = client;
        if (running != null && order.mayRestore()) {
            running.resumeUnlessHeard(this::restore);
        }
    }

    /// The control plane does not take this proxy: what it once said no longer stands.
    public synchronized void refused() {
        order.refused();
    }

    /// Applies the last good configuration on the client's thread, as [#restore(boolean)] does.
    private Optional<ResourceSet> restore() {
        return restore(false);
    }

    /// Applies the last good configuration, if there is one and it is still wanted when it is ready; it is live then.
    ///
    /// @param alone whether this is not the client's thread
    private Optional<ResourceSet> restore(boolean alone) {
        if (!mayRestore()) {
            return Optional.empty();
        }
        var kept = onDisk();
        if (kept.isEmpty()) {
            nothingToRestore();
            return kept;
        }
        gate.warm(kept.get(), ResourceSet.EMPTY, Set.of()).values().forEach(CompletableFuture::join);
        synchronized (applying) {
            if (!beginRestoring(alone)) {
                return Optional.empty();
            }
            try {
                return live.equals(ResourceSet.EMPTY) ? restore(kept.get()) : Optional.empty();
            } finally {
                restored();
            }
        }
    }

    private synchronized boolean mayRestore() {
        return order.mayRestore();
    }

    private synchronized boolean beginRestoring(boolean alone) {
        return order.beginRestoring(alone);
    }

    private synchronized void nothingToRestore() {
        order.nothingToRestore();
    }

    private synchronized void restored() {
        order.restored();
    }

    private Optional<ResourceSet> restore(ResourceSet kept) {
        return switch (gate.apply(kept)) {
            case Checked.Ok<?> good -> {
                remember(kept);
                told.fresh(good.warnings()).forEach(warning -> log.atWarn().log(warning.toString()));
                live = kept;
                change(AdsStatus::restored);
                log.atWarn().log("running on the last good configuration until the control plane answers");
                applied.run();
                yield Optional.of(kept);
            }
            case Checked.Rejected<?> bad -> {
                log.atWarn().addKeyValue("problems", bad.problems()).log("the last good configuration is refused");
                yield Optional.empty();
            }
        };
    }

    private synchronized void remember(ResourceSet kept) {
        restored = kept;
    }

    /// Connects, going on from what is live, and stays connected.
    public synchronized void connect(GrpcClient grpc, AdsTarget target, AdsConversation.Options options) {
        order.connect(() -> start(grpc, target, options));
    }

    /// Takes configuration from files instead, as they are and as they change.
    public synchronized FileServer follow(ConfigFiles places, AdsConversation.Options options) {
        var server = new FileServer(places, this::refusedFile, this::live);
        var subscriptions =
                new AdsSubscriptions(new Sink(), restored, AdsVariant.STATE_OF_THE_WORLD, Duration.ofSeconds(15));
        files = FileClient.start(server, new AdsConversation(subscriptions, options));
        return server;
    }

    private void refusedFile(List<Problem> problems) {
        change(now -> now.refused(problems));
        noteRefusal(problems);
        log.atWarn().addKeyValue("problems", problems).log("a file of configuration is refused");
    }

    private void start(GrpcClient grpc, AdsTarget target, AdsConversation.Options options) {
        var subscriptions = new AdsSubscriptions(new Sink(), restored, target.variant(), target.clustersTimeout());
        begin(AdsClient.start(
                grpc, target, new AdsConversation(subscriptions, layers, options), new Following(target.address())));
    }

    private final class Following implements AdsClient.Watcher {
        private final String server;

        Following(String server) {
            this.server = server;
        }

        @Override
        public void connected() {
            outages.ended();
            log.atInfo().addKeyValue("server", server).log("control plane connected");
            change(now -> now.stream(true));
            taken();
        }

        @Override
        public void disconnected(AdsClient.Loss loss) {
            change(now -> now.stream(false));
            outages.lost(server, loss);
            lost(loss);
        }
    }

    private synchronized void taken() {
        order.taken();
        obstacle = obstacle.filter(known -> !(known instanceof Obstacle.ProxyRefused));
    }

    private synchronized void lost(AdsClient.Loss loss) {
        if (loss.refused()) {
            order.refused();
        }
        noteLoss(loss);
        var running = client;
        if (running != null && order.mayRestore()) {
            running.resume(this::restore);
        }
    }

    private void noteLoss(AdsClient.Loss loss) {
        if (!loss.refused()) {
            obstacle = Optional.empty(); // away: it may come back with something else
        } else if (!(obstacle.orElse(null) instanceof Obstacle.ProxyRefused)) {
            obstacle = Optional.of(new Obstacle.ProxyRefused(loss.reason(), System.nanoTime()));
        }
    }

    private synchronized void noteRefusal(List<Problem> problems) {
        long since = obstacle.filter(Obstacle.ConfigurationRefused.class::isInstance)
                .map(Obstacle::sinceNanos)
                .orElseGet(System::nanoTime);
        obstacle = Optional.of(new Obstacle.ConfigurationRefused(problems, since));
    }

    private synchronized void noteAccepted() {
        obstacle = Optional.empty();
    }

    /// Why nothing will come by waiting; empty while something may.
    public synchronized Optional<Obstacle> obstacle() {
        return obstacle;
    }

    private void begin(AdsClient started) {
        client = started;
        onDemand.ask(new OnDemand.Source() {
            @Override
            public void ask(OnDemand.Key key) {
                started.demand(key);
            }

            @Override
            public void withdraw(OnDemand.Key key) {
                started.withdraw(key);
            }
        });
        health.ifPresent(known -> started.reportHealth(known.healthy, known.detail));
    }

    /// Tells the control plane whether this workload takes requests, now or as soon as it is connected.
    public synchronized void reportHealth(boolean healthy, String detail) {
        var next = Optional.of(new Health(healthy, detail));
        if (health.equals(next)) {
            return;
        }
        health = next;
        var connected = client;
        if (connected != null) {
            connected.reportHealth(healthy, detail);
        }
    }

    /// What the server sent and is live.
    public ResourceSet live() {
        return live;
    }

    /// What of the server's configuration was refused and is not replaced yet.
    public List<RefusedResource> refusals() {
        return refusals.all();
    }

    /// How configuration has been coming in.
    public AdsStatus status() {
        return status;
    }

    private synchronized void change(UnaryOperator<AdsStatus> next) {
        status = next.apply(status);
    }

    private synchronized void keepAsBefore() {
        var running = client;
        if (running != null) {
            running.resume(this::restore);
        }
    }

    private void keep(ResourceSet candidate) {
        try {
            if (!keptOnce && isOnlyTheBeginning(candidate)) {
                return;
            }
            file.write(candidate);
            keptOnce = true;
        } catch (IOException unwritable) {
            log.atError().setCause(unwritable).log("the last good configuration cannot be kept on disk");
        }
    }

    /// Clusters come before the listeners that need them: such a half must not take the place of a whole on disk.
    private boolean isOnlyTheBeginning(ResourceSet candidate) {
        if (!candidate.resources(ResourceType.LDS).isEmpty()) {
            return false;
        }
        try {
            return file.read()
                    .filter(kept -> !kept.resources(ResourceType.LDS).isEmpty())
                    .isPresent();
        } catch (IOException damaged) {
            log.atDebug().setCause(damaged).log("what was kept is damaged");
            return false;
        }
    }

    @Override
    public void close() {
        AdsClient connected;
        FileClient reading;
        synchronized (this) {
            order.close();
            connected = client;
            reading = files;
        }
        if (reading != null) {
            reading.close();
        }
        if (connected != null) {
            connected.close();
        }
    }
}
