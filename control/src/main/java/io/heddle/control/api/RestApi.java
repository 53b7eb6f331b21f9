package io.heddle.control.api;

import io.heddle.control.api.HttpPort.Guard;
import io.heddle.control.api.Route.Access;
import io.heddle.control.ca.CertificateAuthority;
import io.heddle.control.ca.JoinTokens;
import io.heddle.control.discovery.DiscoverySource;
import io.heddle.control.push.ConnectedProxies;
import io.heddle.control.push.MeshExplainer;
import io.heddle.control.ratelimit.SharedLimits;
import io.heddle.control.reconcile.ConfigGate;
import io.heddle.control.store.ConfigStore;
import io.heddle.control.telemetry.ProxyScraper;
import io.heddle.control.telemetry.TrafficGraph;
import io.heddle.model.view.MeshSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// Every HTTP route of the control plane, in two lists: the API with the dashboard, and the metrics and debug port.
public final class RestApi {
    private final List<Route> api = new ArrayList<>();
    private final List<Route> debug = new ArrayList<>();
    private final AdminToken token;
    private final Set<String> hosts;
    private final String mesh;
    private final ControlMetrics metrics;

    /// What the API speaks for.
    ///
    /// @param store the configuration
    /// @param gate the way into it
    /// @param proxies the connected proxies
    /// @param sources where configuration comes from beside the API
    public record Mesh(ConfigStore store, ConfigGate gate, ConnectedProxies proxies, List<DiscoverySource> sources) {}

    /// What proves who calls.
    ///
    /// @param authority the certificate authority
    /// @param tokens the join tokens
    /// @param admin the admin token
    /// @param hosts names beside `localhost` and addresses under which the API may be called
    public record Trust(CertificateAuthority authority, JoinTokens tokens, AdminToken admin, Set<String> hosts) {}

    /// What is known of the traffic.
    public record Traffic(ProxyScraper scraper, TrafficGraph graph) {}

    /// @param version the version of this program
    public RestApi(Mesh mesh, Trust trust, Traffic traffic, MeshSettings settings, String version) {
        this.token = trust.admin;
        this.hosts = trust.hosts;
        this.mesh = fingerprint(trust.authority.rootPem());
        var config = new ConfigApi(mesh.store, mesh.gate, mesh.proxies);
        var proxies = new ProxyApi(mesh.proxies, mesh.store, trust.authority, settings, mesh.sources);
        var tokens = new TokenApi(trust.authority, trust.tokens);
        var status = new DebugApi(mesh.proxies, settings, version);
        var graph = new GraphApi(traffic.scraper);
        this.metrics = new ControlMetrics(mesh.proxies, traffic.scraper, traffic.graph, version);

        api.add(new Route("POST", "/api/v1/apply", Access.WRITE, config::apply));
        api.add(new Route("POST", "/api/v1/delete", Access.WRITE, config::delete));
        api.add(new Route("GET", "/api/v1/resources", Access.READ, config::list));
        api.add(new Route("GET", "/api/v1/resources/{kind}/{namespace}/{name}", Access.READ, config::one));
        api.add(new Route("GET", "/api/v1/deletions/{kind}/{namespace}/{name}", Access.READ, config::deletion));
        api.add(new Route("DELETE", "/api/v1/resources/{kind}/{namespace}/{name}", Access.WRITE, config::deleteOne));
        api.add(new Route("GET", "/api/v1/proxies", Access.READ, proxies::list));
        api.add(new Route("GET", "/api/v1/mesh", Access.READ, proxies::mesh));
        api.add(new Route("GET", "/api/v1/graph", Access.READ, graph::graph));
        api.add(new Route("POST", "/api/v1/tokens", Access.WRITE, tokens::issue));
        api.add(new Route("GET", "/api/v1/version", Access.OPEN, status::versionJson));
        api.add(new Route("GET", "/ready", Access.OPEN, status::ready));
        api.add(new Route("GET", "/healthz", Access.OPEN, status::healthy));
        api.addAll(DashboardFiles.routes());

        debug.add(new Route("GET", "/metrics", Access.READ, metrics::metrics));
        debug.add(new Route("GET", "/debug/syncz", Access.READ, status::syncz));
        debug.add(new Route("GET", "/version", Access.OPEN, status::version));
        debug.add(new Route("GET", "/ready", Access.OPEN, status::ready));
    }

    /// Adds figures of rate limits.
    public void limits(SharedLimits limits) {
        metrics.limits(limits);
    }

    /// Adds explanations of what the proxies do with requests.
    public void explain(ConnectedProxies proxies, MeshExplainer explainer) {
        var explanations = new ExplainApi(proxies, explainer);
        api.add(new Route("GET", "/api/v1/explain", Access.READ, explanations::explain));
    }

    /// Opens the port of the API and the dashboard. Reads need the admin token unless only this machine can reach it.
    ///
    /// @throws IOException when it cannot be bound
    public HttpPort openApi(InetSocketAddress address) throws IOException {
        return HttpPort.open(address, api, guard(address));
    }

    /// Opens the metrics and debug port.
    ///
    /// @throws IOException when it cannot be bound
    public HttpPort openDebug(InetSocketAddress address) throws IOException {
        return HttpPort.open(address, debug, guard(address));
    }

    /// By this a caller tells one mesh from another, and a control plane from whatever else listens on a port.
    private static String fingerprint(String rootPem) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(rootPem.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private Guard guard(InetSocketAddress address) {
        boolean local = !address.isUnresolved() && address.getAddress().isLoopbackAddress();
        return new Guard(new HostCheck(hosts), token, local, mesh);
    }
}
