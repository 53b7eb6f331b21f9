package io.heddle.proxy;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.proxy.admin.AdminPages;
import io.heddle.proxy.admin.LogLevels;
import io.heddle.proxy.ads.AdsSource;
import io.heddle.proxy.ads.CertificateClient;
import io.heddle.proxy.ads.Obstacle;
import io.heddle.proxy.body.BodyMemory;
import io.heddle.proxy.body.CodingCheck;
import io.heddle.proxy.config.ActiveConfig;
import io.heddle.proxy.config.ConfigGate;
import io.heddle.proxy.exchange.ControllerClock;
import io.heddle.proxy.exchange.ProxyServices;
import io.heddle.proxy.exchange.head.ReceivedHeads;
import io.heddle.proxy.grpc.GrpcClient;
import io.heddle.proxy.grpc.LoadStreams;
import io.heddle.proxy.http2.Http2Counters;
import io.heddle.proxy.listen.Listeners;
import io.heddle.proxy.loop.EventLoops;
import io.heddle.proxy.observe.AccessLogs;
import io.heddle.proxy.observe.ProxyMetrics;
import io.heddle.proxy.ondemand.OnDemand;
import io.heddle.proxy.overload.Overload;
import io.heddle.proxy.overload.OverloadLoop;
import io.heddle.proxy.runtime.RuntimeLayers;
import io.heddle.proxy.tls.FileWatch;
import io.heddle.proxy.tls.IdentityAgent;
import io.heddle.proxy.tls.IdentityFiles;
import io.heddle.proxy.tls.SecretStore;
import io.heddle.proxy.tls.ShownCertificates;
import io.heddle.proxy.tls.TlsContexts;
import io.heddle.proxy.upstream.LiveClusters;
import io.heddle.proxy.upstream.RouteBreakers;
import io.heddle.proxy.upstream.UpstreamCluster;
import io.heddle.proxy.upstream.Upstreams;
import io.heddle.traffic.explain.Explainer;
import io.heddle.traffic.filter.ProxyHealth;
import io.heddle.traffic.ratelimit.LimitBuckets;
import io.heddle.traffic.resilience.Controllers;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.client.AdsConversation;
import io.heddle.xds.read.Bootstrap;
import io.heddle.xds.read.BootstrapReader;
import io.heddle.xds.read.ConfigDump;
import io.heddle.xds.resource.ResourceSet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running proxy. [#start] is the one place where all its parts are put together, in the order in which they start.
///
/// Safe on any thread.
public final class Proxy implements AutoCloseable {
    /// The version told to the control plane and in metrics.
    public static final String VERSION = Optional.ofNullable(
                    Proxy.class.getPackage().getImplementationVersion())
            .orElse("development");

    private static final Logger log = LoggerFactory.getLogger(Proxy.class);
    private static final Duration FILE_WATCH = Duration.ofSeconds(1);
    private static final int MAX_SERIES = 2000;
    private static final Duration SERIES_IDLE = Duration.ofMinutes(15);

    private final ProxyOptions options;
    private final NodeFacts node;
    private final FileWatch watch = FileWatch.start(FILE_WATCH);
    private final IdentityFiles files;
    private final SecretStore secrets;
    private final TlsContexts tls;
    private final Optional<IdentityAgent> identity;
    private final ProxyMetrics metrics;
    private final AccessLogs logs;
    private final EventLoops loops;
    private final ActiveConfig active = new ActiveConfig(RuntimeConfig.EMPTY);
    private final Upstreams upstreams;
    private final GrpcClient grpc;
    private final Listeners listeners;
    private final OnDemand onDemand = new OnDemand(OnDemand.MOST);
    private final Overload overload = new Overload();
    private final OverloadLoop pressure;
    private final ConfigGate configGate;
    private final RuntimeLayers runtime;
    private final Optional<ControlServer> control;
    private final Optional<AdsSource> ads;
    private final Optional<Bootstrap.ConfigFiles> configFiles;
    private final OpenPages pages = new OpenPages();

    private final Instant started = Instant.now();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> quit = new CompletableFuture<>();
    private final Draining draining;
    private final AtomicBoolean applicationReady = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean failed = new AtomicBoolean();
    private final String bootstrapText;

    private Proxy(ProxyOptions options, Bootstrap bootstrap, AccessLogs accessLogs) {
        this.options = options;
        applicationReady.set(!options.awaitApplication());
        bootstrapText = bootstrap.text();
        node = NodeFacts.of(bootstrap.node(), options.node());
        files = IdentityFiles.in(options.stateFolder());
        secrets = new SecretStore(Optional.of(files), watch);
        tls = new TlsContexts(secrets);
        var server = bootstrap.ads().map(target -> ControlServer.of(target, files, options.identity()));
        server.flatMap(ControlServer::issuing).ifPresent(_ -> secrets.expectIdentity());
        loops = new EventLoops(options.concurrency());
        metrics = new ProxyMetrics(
                new ProxyMetrics.Settings(VERSION, MAX_SERIES, SERIES_IDLE), node.workload(), this::principal);
        logs = accessLogs;
        upstreams = new Upstreams(loops, TlsSources.client(tls), active.current(), bootstrap.home());
        upstreams.logEjections(bootstrap.ejections());
        identity = server.flatMap(ControlServer::issuing).map(this::obtainIdentity);
        var ownPeer = node.hasWorkload() ? node.workload().toString() : "";
        var controllers = new Controllers(ControllerClock.on(loops.workers().getFirst()), options.drainTime());
        var services = new ProxyServices(
                active,
                upstreams,
                new RouteBreakers(),
                onDemand,
                new ProxyObserver(metrics, logs),
                overload,
                new LimitBuckets(),
                controllers,
                () -> new ProxyHealth(isDraining() || failed.get(), node.cluster()),
                new Http2Counters(),
                ownPeer,
                options.drainTime());
        listeners = new Listeners(
                loops,
                services,
                TlsSources.server(tls),
                bootstrap.overload().connections().orElse(Long.MAX_VALUE));
        draining = new Draining(listeners, this::announceDraining);
        pressure = OverloadLoop.start(bootstrap.overload(), overload, listeners::connections, listeners::accept);
        active.follow(new Preparing());
        active.follow(new CodingCheck());
        active.follow(new BodyMemory());
        active.follow(upstreams);
        active.follow(services.breakers());
        active.follow(listeners);
        active.follow((_, _) -> secrets.settle());
        LoadStreams.follow(upstreams, loops.workers());
        grpc = new GrpcClient(loops.workers().getFirst(), upstreams);
        configFiles = bootstrap.files();
        runtime = RuntimeLayers.start(bootstrap.runtime(), node.cluster(), loops.runtime());
        var gate = new ConfigGate(
                active,
                server.map(found -> found.guarded(bootstrap.fixed())).orElseGet(bootstrap::fixed),
                this::warm,
                configFiles.isPresent());
        ads = server.isPresent() || configFiles.isPresent()
                ? Optional.of(new AdsSource(
                        gate, runtime, onDemand, options.stateFolder().resolve("last-good.xds"), this::configured))
                : Optional.empty();
        configGate = gate;
        control = server;
        var figures = new Figures(metrics);
        new RuntimeFigures(metrics, runtime).add();
        figures.add(ads, identity, logs, listeners);
        ads.filter(_ -> configFiles.isEmpty()).ifPresent(figures::addServer);
        figures.add(overload, pressure);
        new ControllerFigures(metrics).add(controllers);
        figures.add(onDemand);
        figures.add(services.http2(), upstreams, listeners);
        metrics.addFamilies(() -> RouteFigures.of(services.breakers().all()));
        new ServerFigures(metrics)
                .add(new AdminView(this, logs), loops.workers().size(), listeners, upstreams, logs);
    }

    /// The hosts of what comes are checked with the secrets that come with it.
    private Map<String, CompletableFuture<Void>> warm(RuntimeConfig coming) {
        secrets.expect(tls.acceptable(coming));
        return upstreams.warm(coming.clusters().values());
    }

    private IdentityAgent obtainIdentity(ControlServer.Issuing how) {
        var own = new GrpcClient(
                loops.workers().getFirst(),
                new Upstreams(loops, TlsSources.client(tls), how.clusters()),
                upstreams.calls());
        var issuer = new CertificateClient(own, how.joining(), how.renewing());
        var wanted = options.identity();
        return IdentityAgent.start(
                files, new IdentityAgent.Options(issuer, wanted.joinToken(), wanted.lifetime()), secrets::changed);
    }

    /// Starts a proxy and returns when it is set up; [#ready] tells when it takes requests.
    ///
    /// @throws StartFailure when it cannot start as it was told to; nothing is left running then
    public static Proxy start(ProxyOptions options) throws StartFailure {
        var read = switch (options.bootstrap()) {
            case ProxyOptions.BootstrapSource.File(var path) -> BootstrapReader.read(path);
            case ProxyOptions.BootstrapSource.Text(var text) -> BootstrapReader.read(text);
        };
        var bootstrap = good(read);
        if (bootstrap.ads().isPresent()) {
            good(ControlServer.check(
                    bootstrap.ads().get(), IdentityFiles.in(options.stateFolder()), options.identity()));
        }
        try {
            Files.createDirectories(options.stateFolder());
        } catch (IOException unwritable) {
            throw new StartFailure(List.of(Problem.error(
                    "options",
                    "stateFolder",
                    options.stateFolder() + " cannot be made: " + unwritable,
                    "choose another")));
        }
        var logs = good(AccessLogs.open(options.accessLog()));
        var proxy = new Proxy(options, bootstrap, logs);
        try {
            proxy.pages.open(new AdminPages(new AdminView(proxy, logs), proxy.metrics), bootstrap, options);
            proxy.begin();
        } catch (StartFailure failure) {
            proxy.close();
            throw failure;
        }
        return proxy;
    }

    private void begin() throws StartFailure {
        if (runtime.isSettled()) {
            good(configGate.applyFixed());
        } else {
            good(configGate.applyFixedUnopened());
            var _ = runtime.settled().thenRunAsync(this::runtimeSettled).whenComplete((_, bug) -> {
                if (bug != null) {
                    log.atError().setCause(bug).log("the listeners of the bootstrap cannot be opened");
                }
            });
        }
        if (ads.isPresent() && configFiles.isPresent()) {
            var asking = new AdsConversation.Options(node.info(VERSION), true);
            new Figures(metrics).add(ads.get().follow(configFiles.get(), asking));
            return;
        }
        if (ads.isEmpty() || control.isEmpty()) {
            configured();
            return;
        }
        var source = ads.get();
        reportHealth();
        source.fallBackAfter(options.lastGoodAfter());
        var server = control.get();
        var speaking =
                new AdsConversation.Options(node.info(VERSION), server.target().nodeOnce());
        if (identity.isEmpty()) {
            source.connect(grpc, server.ads(), speaking);
            return;
        }
        CompletableFuture<Void> connected =
                identity.get().ready().thenRun(() -> source.connect(grpc, server.ads(), speaking));
        var _ = connected.whenComplete((_, refused) -> {
            if (refused != null) {
                source.refused();
                ready.completeExceptionally(refused instanceof CompletionException ? refused.getCause() : refused);
            }
        });
    }

    /// As in Envoy, what is served goes by the runtime from the first request on.
    private void runtimeSettled() {
        if (configGate.openFixed() instanceof Checked.Rejected<?> bad) {
            ready.completeExceptionally(new StartFailure(bad.problems()));
        }
        ads.ifPresent(AdsSource::goOn);
    }

    private static <T> T good(Checked<T> checked) throws StartFailure {
        return switch (checked) {
            case Checked.Ok<T> ok -> {
                ok.warnings().forEach(warning -> log.atWarn().log(warning.toString()));
                yield ok.value();
            }
            case Checked.Rejected<T> rejected -> throw new StartFailure(rejected.problems());
        };
    }

    /// Completes when the first configuration is live and its listeners are open; fails when the control plane
    /// refuses to know this proxy, or with a [StartFailure] when listeners that waited for the runtime cannot open.
    public CompletableFuture<Void> ready() {
        return ready.copy();
    }

    /// Why [#ready] will not complete by waiting; empty while it may, and when it has.
    public Optional<Obstacle> obstacle() {
        return ready.isDone() ? Optional.empty() : ads.flatMap(AdsSource::obstacle);
    }

    /// Whether configuration comes from files, and from no control plane.
    public boolean isConfiguredByFiles() {
        return configFiles.isPresent();
    }

    /// Completes when somebody asked for the end through the admin interface.
    public CompletableFuture<Void> quitAsked() {
        return quit.copy();
    }

    /// Where everything listens now, by name: the listeners, `admin` and `metrics`.
    public Map<String, InetSocketAddress> ports() {
        var ports = new TreeMap<>(listeners.addresses());
        ports.putAll(pages.addresses());
        return ports;
    }

    /// Says to the mesh that no more requests should come here, gives it a moment to hear, then closes the inbound
    /// listeners as their requests end. Outbound goes on. Completes when they are done or `time` has passed.
    public CompletableFuture<Void> drain(Duration time) {
        return draining.close(Draining.Which.INBOUND, time);
    }

    /// As [#drain], of every listener.
    public CompletableFuture<Void> drainAll(Duration time) {
        return draining.close(Draining.Which.ALL, time);
    }

    /// Ends everything at once.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        pressure.close();
        listeners.abort();
        ads.ifPresent(AdsSource::close);
        identity.ifPresent(IdentityAgent::close);
        pages.close();
        loops.close();
        upstreams.close();
        logs.close();
        watch.close();
        runtime.close();
    }

    private void configured() {
        // Clusters come before the listeners that need them.
        boolean early = ads.isPresent() && listeners.addresses().isEmpty();
        if (!isDraining() && !early) {
            ready.complete(null);
            reportHealth();
        }
    }

    /// Says that the application takes requests, so that the mesh may send some once the configuration is live too.
    /// Only of use with [ProxyOptions#withApplicationToCome].
    public void applicationReady() {
        applicationReady.set(true);
        reportHealth();
    }

    private void reportHealth() {
        if (isDraining()) {
            return;
        }
        boolean serving = applicationReady.get() && ready.isDone() && !ready.isCompletedExceptionally();
        reportHealth(serving && !failed.get(), serving ? "failed by its operator" : "starting");
    }

    private boolean isDraining() {
        return draining.hasBegun();
    }

    /// Whether the control plane hears of it.
    private boolean announceDraining() {
        reportHealth(false, "draining");
        return node.hasWorkload()
                && ads.filter(source -> source.status().connected()).isPresent();
    }

    /// By Istio's convention, of which only a mesh's control plane knows: others are not bothered.
    private void reportHealth(boolean takes, String why) {
        ads.filter(_ -> node.hasWorkload()).ifPresent(source -> source.reportHealth(takes, why));
    }

    private Optional<String> principal() {
        return identity.flatMap(IdentityAgent::principal);
    }

    NodeFacts node() {
        return node;
    }

    String configDump(ConfigDump.Wanted wanted) {
        var received = new ConfigDump.Received(
                ads.map(AdsSource::live).orElse(ResourceSet.EMPTY),
                ads.map(AdsSource::refusals).orElse(List.of()));
        return ConfigDump.json(bootstrapText, received, wanted);
    }

    List<UpstreamCluster> clusters() {
        return upstreams.all();
    }

    Explainer explainer() {
        return new Explainer(
                active.current(),
                new LiveClusters(upstreams),
                new ReceivedHeads(),
                System.nanoTime(),
                System.currentTimeMillis(),
                runtime.snapshot());
    }

    RuntimeLayers runtime() {
        return runtime;
    }

    Optional<IdentityAgent> identity() {
        return identity;
    }

    List<ShownCertificates> certificates() {
        return tls.certificates();
    }

    LogLevels logLevels() {
        return options.logLevels();
    }

    Optional<AdsSource> ads() {
        return ads;
    }

    Map<String, InetSocketAddress> listeners() {
        return listeners.addresses();
    }

    Instant started() {
        return started;
    }

    AdminPages.State state() {
        if (isDraining() || failed.get()) {
            return AdminPages.State.DRAINING;
        }
        boolean live = ready.isDone() && !ready.isCompletedExceptionally();
        return live ? AdminPages.State.LIVE : AdminPages.State.PRE_INITIALIZING;
    }

    /// Gracefully over the drain time, else at once.
    void drainAsAsked(Draining.Which which, boolean graceful) {
        if (graceful) {
            draining.closeGracefully(which, options.drainTime());
        } else {
            var _ = draining.close(which, Duration.ZERO);
        }
    }

    /// Says to the mesh that requests may come here, or that none should; listeners stay open.
    void serve(boolean serving) {
        failed.set(!serving);
        reportHealth();
    }

    void askToQuit() {
        quit.complete(null);
    }

    /// What a configuration needs before it goes live.
    private final class Preparing implements ActiveConfig.Follower {
        @Override
        public List<Problem> opening(RuntimeConfig next) {
            return inspecting(next);
        }

        @Override
        public List<Problem> inspecting(RuntimeConfig part) {
            return Stream.concat(AccessLogs.check(part).stream(), tls.check(part).stream())
                    .toList();
        }

        @Override
        public void preparing(RuntimeConfig next) {
            secrets.take(next);
            tls.prepare(next);
            logs.take(next);
        }

        @Override
        public void swapped(RuntimeConfig previous, RuntimeConfig next) {
            metrics.forgetGone(); // what goes now, goes at the next scrape or change
        }
    }
}
