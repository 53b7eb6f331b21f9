package io.heddle.traffic.explain;

import io.heddle.model.name.Locality;
import io.heddle.traffic.balance.BalancerPolicy;
import io.heddle.traffic.balance.BalancerPolicy.HashFunction;
import io.heddle.traffic.balance.BalancerPolicy.HashKeys;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.EndpointSet;
import io.heddle.traffic.balance.host.Spread;
import io.heddle.traffic.explain.Explanation.Outcome;
import io.heddle.traffic.filter.FaultFilter;
import io.heddle.traffic.filter.FaultSettings;
import io.heddle.traffic.filter.FilterChain;
import io.heddle.traffic.filter.HttpFilter;
import io.heddle.traffic.hash.HashPolicy;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.PathMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.rbac.Condition;
import io.heddle.traffic.rbac.Permission;
import io.heddle.traffic.rbac.RbacFilter;
import io.heddle.traffic.rbac.RbacRules;
import io.heddle.traffic.rbac.Rule;
import io.heddle.traffic.reply.ReplyRules;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.resilience.BreakerLimits;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.ForwardOptions;
import io.heddle.traffic.route.Placement;
import io.heddle.traffic.route.Rewrite;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteCondition;
import io.heddle.traffic.route.RouteMatch;
import io.heddle.traffic.route.RouteTable;
import io.heddle.traffic.route.Upgrades;
import io.heddle.traffic.route.VirtualHost;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.ConnectionLimits;
import io.heddle.traffic.runtime.HeadOptions;
import io.heddle.traffic.runtime.Http2Options;
import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// Configurations and calls drawn at random, for tests.
final class GeneratedConfig {
    static final TextHeads HEADS = new TextHeads();

    private static final List<String> DOMAINS = List.of("a.example", "*.example", "a.*", "b:80", "*");
    private static final List<String> HOSTS = List.of("a.example", "x.example", "a.test", "b:80", "other");
    private static final List<String> PATHS = List.of("/", "/a", "/a/b", "/a/b/c", "/b", "/abc");
    private static final List<String> USERS = List.of("ann", "bob", "eve");
    private static final HeaderName USER = HeaderName.of("x-user");

    private GeneratedConfig() {}

    private static <T> T one(List<T> list, SplittableRandom random) {
        return list.get(random.nextInt(list.size()));
    }

    static Call call(SplittableRandom random) {
        var headers =
                random.nextBoolean() ? List.of(new Call.Line("x-user", one(USERS, random))) : List.<Call.Line>of();
        var client = new InetSocketAddress("10.0.0." + random.nextInt(1, 250), 5000);
        var peer = new Peer(client, new InetSocketAddress("10.1.0.1", 80), false, Optional.empty(), Optional.empty());
        var method = one(List.of("GET", "POST"), random);
        return new Call(
                "l", method, one(HOSTS, random), one(PATHS, random), headers, peer, List.of(), random.nextLong());
    }

    static RuntimeConfig of(SplittableRandom random) {
        var hosts = new ArrayList<VirtualHost>();
        for (var domain : DOMAINS) {
            if (random.nextInt(4) > 0) {
                hosts.add(new VirtualHost("host " + domain, List.of(domain), routes(random)));
            }
        }
        var http = new NetworkFilter.Http(
                "test",
                new NetworkFilter.RouteSource.Named("table"),
                new FilterChain(filters(random)),
                NetworkFilter.ForwardClientCertificate.SANITIZE,
                NetworkFilter.PathRules.NONE,
                HeadOptions.DEFAULT,
                NetworkFilter.HttpLimits.DEFAULT,
                Upgrades.NONE,
                NetworkFilter.Codec.DEFAULT,
                List.of(),
                ReplyRules.NONE);
        var chain = new ListenerChain("c", ListenerChain.Match.ANY, Optional.empty(), http);
        var clusters = new HashMap<String, Cluster>();
        for (int i = 0; i < 4; i++) {
            clusters.put("cluster" + i, cluster("cluster" + i, random));
        }
        return new RuntimeConfig(
                Map.of("l", Listener.of("l", "10.1.0.1", 80, List.of(chain))),
                Map.of("table", RouteTable.of("table", hosts)),
                clusters,
                Map.of(),
                Map.of());
    }

    /// Sometimes so many that a table finds them by its index.
    private static List<Route> routes(SplittableRandom random) {
        var routes = new ArrayList<Route>();
        int count = random.nextInt(1, 20);
        for (int i = 0; i < count; i++) {
            var overrides = random.nextInt(8) == 0
                    ? Map.<String, io.heddle.traffic.route.FilterOverride>of(
                            RbacFilter.NAME, new io.heddle.traffic.route.FilterOverride.Disabled())
                    : Map.<String, io.heddle.traffic.route.FilterOverride>of();
            routes.add(new Route("route" + i, match(random), action(random), List.of(), List.of(), overrides));
        }
        return routes;
    }

    private static RouteMatch match(SplittableRandom random) {
        var text = one(PATHS, random);
        PathMatcher path = switch (random.nextInt(4)) {
            case 0 -> new PathMatcher.Prefix(text, random.nextBoolean());
            case 1 -> new PathMatcher.SeparatedPrefix(text.equals("/") ? "/a" : text, false);
            case 2 -> new PathMatcher.Regex(com.google.re2j.Pattern.compile(text + ".*"));
            default -> new PathMatcher.Exact(text, false);
        };
        var headers = random.nextInt(3) == 0 ? List.of(user(random)) : List.<HeaderMatcher>of();
        var conditions = random.nextInt(4) == 0
                ? List.<RouteCondition>of(new RouteCondition.Fraction(RuntimeShare.of(random.nextInt(101), 100)))
                : List.<RouteCondition>of();
        return new RouteMatch(path, headers, List.of(), conditions);
    }

    private static HeaderMatcher user(SplittableRandom random) {
        var test = new HeaderMatcher.Test.Value(new StringMatcher.Exact(one(USERS, random), false));
        return new HeaderMatcher(USER, test, random.nextBoolean(), random.nextBoolean());
    }

    private static RouteAction action(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> new RouteAction.DirectResponse(200, "fine");
            case 1 ->
                new RouteAction.Redirect(
                        302, Optional.empty(), Optional.of("else.example"), Optional.empty(), Rewrite.NONE, false);
            default -> {
                var hash = random.nextBoolean()
                        ? new Placement(List.of(new HashPolicy.Header(USER, Optional.empty(), false)))
                        : Placement.ANYWHERE;
                yield new RouteAction.Forward(
                        choice(random),
                        Rewrite.NONE,
                        Timeouts.DEFAULT,
                        RetryPolicy.NONE,
                        List.of(),
                        Upgrades.NONE,
                        ForwardOptions.DEFAULT,
                        hash);
            }
        };
    }

    private static ClusterChoice.Target target(SplittableRandom random) {
        return ClusterChoice.Target.of("cluster" + random.nextInt(5)); // one of them does not exist
    }

    private static ClusterChoice choice(SplittableRandom random) {
        if (random.nextBoolean()) {
            return new ClusterChoice.One(target(random));
        }
        int first = random.nextInt(1, 100);
        return ClusterChoice.Weighted.ofTargets(List.of(target(random), target(random)), List.of(first, 100));
    }

    private static List<HttpFilter> filters(SplittableRandom random) {
        var filters = new ArrayList<HttpFilter>();
        if (random.nextBoolean()) {
            var action = random.nextBoolean() ? RbacRules.Action.ALLOW : RbacRules.Action.DENY;
            var policy = new RbacRules.Policy(
                    "policy", new Rule.Is<Permission>(new Condition.Header(user(random))), new Rule.Any<>());
            filters.add(new RbacFilter(RbacFilter.NAME, Optional.of(new RbacRules(action, List.of(policy)))));
        }
        if (random.nextInt(3) == 0) {
            var abort = new FaultSettings.Abort(
                    RuntimeShare.of(random.nextInt(500_000), 1_000_000), new FaultSettings.Answer.Http(418));
            filters.add(new FaultFilter(FaultFilter.NAME, new FaultSettings(Optional.empty(), Optional.of(abort))));
        }
        return filters;
    }

    private static Cluster cluster(String name, SplittableRandom random) {
        var endpoints = new ArrayList<Endpoint>();
        var weights = new HashMap<Spread.Place, Integer>();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            var locality = new Locality("r", "z" + random.nextInt(3), "");
            int priority = random.nextInt(2);
            weights.put(new Spread.Place(priority, locality), random.nextInt(1, 5));
            endpoints.add(new Endpoint(
                    "10.2.0." + i,
                    80,
                    random.nextInt(1, 10),
                    one(List.of(Endpoint.Health.values()), random),
                    priority,
                    Map.of(),
                    PeerMetadata.UNKNOWN,
                    "",
                    locality,
                    Map.of(),
                    List.of()));
        }
        return new Cluster(
                name,
                Cluster.Discovery.STATIC,
                new EndpointSet(endpoints, new Spread(140, random.nextBoolean(), weights)),
                Duration.ofSeconds(1),
                policy(random),
                BreakerLimits.DEFAULT,
                List.of(Cluster.Transport.PLAINTEXT),
                Cluster.Protocol.HTTP1,
                Http2Options.DEFAULT,
                ConnectionLimits.DEFAULT,
                Cluster.ServiceTag.UNKNOWN);
    }

    private static BalancerPolicy policy(SplittableRandom random) {
        BalancerPolicy of = switch (random.nextInt(5)) {
            case 0 -> new BalancerPolicy.RoundRobin();
            case 1 -> new BalancerPolicy.LeastRequest(2);
            case 2 -> new BalancerPolicy.RingHash(HashFunction.XX_HASH, 64, 1024, HashKeys.DEFAULT);
            case 3 -> new BalancerPolicy.Maglev(101, HashKeys.DEFAULT);
            default -> new BalancerPolicy.Random();
        };
        return random.nextBoolean()
                ? of
                : new BalancerPolicy.Layered(
                        new BalancerPolicy.Layers(
                                random.nextInt(101),
                                new BalancerPolicy.Localities.ByWeight(),
                                BalancerPolicy.Layers.DEFAULT.overridable()),
                        of);
    }

    static Outcome noCluster() {
        return new Outcome.Answered(LocalReply.of(503, "", ResponseFlag.NO_CLUSTER_FOUND, "cluster_not_found"));
    }

    static Outcome noHost() {
        return new Outcome.Answered(
                LocalReply.of(503, "no healthy upstream", ResponseFlag.NO_HEALTHY_UPSTREAM, "no_healthy_upstream"));
    }

    static Outcome direct(RouteAction.DirectResponse direct) {
        return new Outcome.Answered(
                LocalReply.of(direct.status(), direct.body(), ResponseFlag.NONE, "direct_response"));
    }

    static Outcome redirected(RouteAction.Redirect redirect, Heads.Received.Taken taken) {
        var location =
                new HeaderEdit(HeaderEdit.Action.SET, HeaderName.LOCATION, redirect.location(taken.head(), false));
        return new Outcome.Answered(new LocalReply(
                redirect.status(), "", List.of(location), ResponseFlag.NONE, "direct_response", Optional.empty()));
    }

    /// Heads as they are written.
    static final class TextHeads implements Heads {
        RequestHead head(Call call) {
            var headers = call.headers().stream()
                    .flatMap(line -> List.of(line.name(), line.value()).stream())
                    .toArray(String[]::new);
            return TextRequest.of(call.method(), call.authority(), call.path(), headers);
        }

        Received.Taken taken(Call call) {
            return new Received.Taken(head(call), call.peer(), false, false, "");
        }

        @Override
        public Received receive(Call call, NetworkFilter.Http settings, List<HeaderName> internalOnly) {
            return taken(call);
        }
    }
}
