package io.heddle.control;

import io.heddle.control.api.AdminToken;
import io.heddle.control.api.HttpPort;
import io.heddle.control.api.RestApi;
import io.heddle.control.ca.AuthorityException;
import io.heddle.control.ca.CertificateAuthority;
import io.heddle.control.ca.JoinTokens;
import io.heddle.control.ca.WorkloadSigner;
import io.heddle.control.discovery.ConnectedWorkloads;
import io.heddle.control.discovery.DirectorySource;
import io.heddle.control.discovery.DiscoverySource;
import io.heddle.control.push.ConnectedProxies;
import io.heddle.control.push.MeshExplainer;
import io.heddle.control.ratelimit.LimitsSource;
import io.heddle.control.ratelimit.SharedLimits;
import io.heddle.control.reconcile.ConfigGate;
import io.heddle.control.reconcile.ReconcileLoop;
import io.heddle.control.store.MvConfigStore;
import io.heddle.control.store.StoreException;
import io.heddle.control.telemetry.ProxyScraper;
import io.heddle.control.telemetry.TrafficGraph;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.explain.Heads;
import io.heddle.xds.file.FileReason;
import io.heddle.xds.server.AdsServer;
import io.heddle.xds.server.RateLimiter;
import io.heddle.xds.write.MeshTranslator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A whole control plane. Everything is made and started here, in this order, and closed in the reverse one.
///
/// The order matters: the mesh is built from everything stored before the first proxy can connect, so no proxy is ever
/// told less than was in force before; `control.json` is written when everything can be reached.
public final class ControlPlane implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlPlane.class);

    private final ControlOptions options;
    private final Optional<Heads> heads;
    private final Clock clock = Clock.systemUTC();
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private @Nullable Endpoints endpoints;

    private ControlPlane(ControlOptions options, Optional<Heads> heads) {
        this.options = options;
        this.heads = heads;
    }

    /// Starts a control plane that explains no requests.
    ///
    /// @throws StartException with one line that says why it cannot start; nothing is left open
    public static ControlPlane start(ControlOptions options) throws StartException {
        return start(new ControlPlane(options, Optional.empty()));
    }

    /// Starts a control plane that explains requests to proxies that do this to heads.
    ///
    /// @throws StartException with one line that says why it cannot start; nothing is left open
    public static ControlPlane start(ControlOptions options, Heads heads) throws StartException {
        return start(new ControlPlane(options, Optional.of(heads)));
    }

    private static ControlPlane start(ControlPlane control) throws StartException {
        try {
            control.startAll();
            return control;
        } catch (StartException | RuntimeException e) {
            control.close();
            throw e;
        }
    }

    private void startAll() throws StartException {
        try {
            wire();
        } catch (StoreException | AuthorityException e) {
            throw new StartException(
                    String.valueOf(e.getMessage()), "start it with another --state-dir, or mend this one", e);
        } catch (IOException e) {
            throw new StartException(
                    "the state directory cannot be used: " + FileReason.of(e), "choose another with --state-dir", e);
        }
    }

    private void wire() throws StartException, IOException {
        if (options.configDirectory().isPresent()) {
            checkDirectory(options.configDirectory().get());
        }
        if (!SpiffeId.isTrustDomain(options.mesh().trustDomain())) {
            throw new StartException(
                    "'" + options.mesh().trustDomain() + "' is not a trust domain",
                    "use lower-case letters, digits, '.', '-' and '_' only");
        }
        var state = StateDirectory.open(options.stateDirectory());
        var store = opened(MvConfigStore.open(state.store(), clock));
        var settings = options.mesh();
        var timing = options.timing();

        var authority =
                CertificateAuthority.open(state.authority(), settings.trustDomain(), timing.certificateLife(), clock);
        authority.warning().ifPresent(warning -> log.atWarn().log(warning));
        state.writeRoot(authority.rootPem());
        var tokens = new JoinTokens(store.keyValues("tokens"), clock);
        var admin = new AdminToken(state.adminToken());

        var workloads = opened(new ConnectedWorkloads(
                store, new ConnectedWorkloads.Graces(timing.lossGrace(), timing.restartGrace())));
        var translator = new MeshTranslator(authority.rootPem());
        var proxies = opened(new ConnectedProxies(settings, translator::translate, workloads, clock));
        var gate = new ConfigGate(store, settings, proxies::nodes, new TranslationTrial(translator::translate));

        var sources = new ArrayList<DiscoverySource>();
        sources.add(workloads);
        options.configDirectory().ifPresent(directory -> {
            var source = opened(
                    new DirectorySource(directory, gate, store.keyValues("directory"), timing.directoryPeriod()));
            source.start();
            sources.add(source);
        });
        var loop = opened(new ReconcileLoop(
                store, settings, new ReconcileLoop.Timing(timing.quiet(), timing.longestDelay()), proxies::publish));
        loop.start();

        var limits = startLimits();
        var ads = startAds(authority, new WorkloadSigner(authority, tokens), proxies, limits);
        workloads.start();
        var graph = new TrafficGraph();
        var scraper = opened(new ProxyScraper(proxies::scrapedNodes, graph, timing.scrapePeriod()));
        scraper.start();

        var rest = new RestApi(
                new RestApi.Mesh(store, gate, proxies, sources),
                new RestApi.Trust(
                        authority, tokens, admin, new HashSet<>(options.ports().names())),
                new RestApi.Traffic(scraper, graph),
                settings,
                options.version());
        limits.ifPresent(rest::limits);
        heads.ifPresent(those -> rest.explain(proxies, new MeshExplainer(translator::translate, those)));
        var api = open(options.ports().api(), "--api-port", rest::openApi);
        var metrics = open(options.ports().metrics(), "--metrics-port", rest::openDebug);

        var reached = new Endpoints(
                "http://" + text(api.address()),
                text(address(ads.securePort().orElseThrow())),
                text(loopback(ads.plaintextPort().orElseThrow())),
                text(metrics.address()));
        opened(state::removeEndpoints);
        state.writeEndpoints(reached);
        endpoints = reached;
        log.atInfo()
                .addKeyValue("api", reached.api())
                .addKeyValue("xds", reached.xds())
                .addKeyValue("objects", store.all().size())
                .log("control plane started");
    }

    /// A directory that is not there would be an empty mesh, and a mistyped one would take the mesh away.
    private static void checkDirectory(Path directory) throws StartException {
        if (!Files.isDirectory(directory) || !Files.isReadable(directory)) {
            var reason = Files.exists(directory) ? "is no directory that can be read" : "does not exist";
            throw new StartException(
                    "the configuration directory " + directory + " " + reason, "name another with --config-dir");
        }
    }

    /// Limits that a mesh is started with shall hold from the first request on.
    private Optional<SharedLimits> startLimits() throws StartException {
        if (options.rateLimits().isEmpty()) {
            return Optional.empty();
        }
        var place = options.rateLimits().get();
        var limits = new SharedLimits(clock);
        var source = opened(new LimitsSource(place, limits, options.timing().directoryPeriod()));
        var errors = source.start().stream().filter(Problem::isError).toList();
        if (!errors.isEmpty()) {
            throw new StartException(errors);
        }
        return Optional.of(limits);
    }

    private AdsServer startAds(
            CertificateAuthority authority,
            WorkloadSigner signer,
            ConnectedProxies proxies,
            Optional<SharedLimits> limits)
            throws StartException {
        var ports = options.ports();
        var certificates = new ServingCertificates(authority, options.mesh().rootNamespace(), ports.names(), clock);
        try {
            var secure = new AdsServer.Secure(
                    address(ports.xds()), certificates, authority.rootPem(), new SigningDesk(signer));
            return opened(AdsServer.start(
                    new AdsServer.Options(
                            Optional.of(loopback(ports.plaintextXds())), Optional.of(secure), limits.map(counting ->
                                    (RateLimiter) counting)),
                    proxies));
        } catch (IOException e) {
            boolean plaintext = String.valueOf(e.getMessage()).endsWith(":" + ports.plaintextXds());
            throw plaintext
                    ? portTaken(ports.plaintextXds(), "--xds-plaintext-port", e)
                    : portTaken(ports.xds(), "--xds-port", e);
        }
    }

    private interface Opening {
        HttpPort at(InetSocketAddress address) throws IOException;
    }

    private HttpPort open(int port, String flag, Opening opening) throws StartException {
        try {
            return opened(opening.at(address(port)));
        } catch (IOException e) {
            throw portTaken(port, flag, e);
        }
    }

    private StartException portTaken(int port, String flag, IOException cause) {
        return new StartException(
                "port " + port + " on " + options.ports().bindAddress()
                        + " cannot be opened, most likely because it is in use",
                "choose another with " + flag + " (0 for any free one)",
                cause);
    }

    private InetSocketAddress address(int port) throws StartException {
        try {
            return new InetSocketAddress(InetAddress.getByName(options.ports().bindAddress()), port);
        } catch (UnknownHostException e) {
            throw new StartException(
                    "the address " + options.ports().bindAddress() + " is unknown", "choose another with --bind", e);
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    private static String text(InetSocketAddress address) {
        var host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private <T extends AutoCloseable> T opened(T part) {
        started.push(part);
        return part;
    }

    /// Where it is reached.
    public Endpoints endpoints() {
        var reached = endpoints;
        if (reached == null) {
            throw new IllegalStateException("a control plane is only handed out after its start");
        }
        return reached;
    }

    /// Closes everything in the reverse order of the start; a second call does nothing.
    @Override
    public void close() {
        while (!started.isEmpty()) {
            var part = started.pop();
            try {
                part.close();
            } catch (Exception e) {
                log.atWarn().setCause(e).addKeyValue("part", part).log("could not be closed cleanly");
            }
        }
    }
}
