package io.heddle.traffic.explain;

import io.heddle.model.name.Locality;
import io.heddle.traffic.balance.RequestedHost;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.MetadataMatch;
import io.heddle.traffic.explain.Explanation.Outcome;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.Cluster;
import java.util.List;
import java.util.Optional;

/// The last decision: which endpoint of the cluster.
record HostStep(Clusters clusters, CallPick.Source source) {
    private static final int MOST_TOLD = 100;

    /// Of a connection whose bytes are passed on.
    Outcome connection(ClusterChoice.Target target) {
        var found = clusters.cluster(target.cluster());
        if (found.isEmpty()) {
            source.trace().decided("cluster", target.cluster(), "is not known");
            return new Outcome.Closed("cluster_not_found");
        }
        var pick = new CallPick(HeaderFields.NONE, CallHash.none(), target.match(), Optional.empty(), source);
        var outcome = picked(found.get(), pick);
        return outcome instanceof Outcome.Answered ? new Outcome.Closed("no_healthy_upstream") : outcome;
    }

    /// Of a request.
    Outcome request(
            RouteAction.Forward forward,
            ClusterChoice.Target target,
            Heads.Received.Taken taken,
            Optional<RequestedHost> requested) {
        var found = clusters.cluster(target.cluster());
        if (found.isEmpty()) {
            source.trace().decided("cluster", target.cluster(), "is not known");
            return new Outcome.Answered(LocalReply.of(
                    forward.options().clusterNotFound(), "", ResponseFlag.NO_CLUSTER_FOUND, "cluster_not_found"));
        }
        var hash = CallHash.of(taken, forward.placement().hash(), source.trace());
        hash.by(found.get().cluster().balancer().hashPolicies());
        if (!target.match().equals(MetadataMatch.NONE)) {
            source.trace().decided("subset", target.match().wanted().toString(), "is asked for");
        }
        requested.ifPresent(host -> source.trace().decided("session", host.address(), "is asked for"));
        var outcome = picked(found.get(), new CallPick(taken.head(), hash, target.match(), requested, source));
        if (outcome instanceof Outcome.Forwarded(var _, var endpoint)) {
            forward.options()
                    .host()
                    .at(endpoint)
                    .ifPresent(host -> source.trace().decided("rewrite", "authority", "becomes " + host));
        }
        return outcome;
    }

    private Outcome picked(Clusters.Known known, CallPick pick) {
        var cluster = known.cluster();
        var trace = source.trace();
        var open = open(cluster);
        if (open.isPresent()) {
            trace.decided("endpoint", cluster.name(), open.get());
            return new Outcome.Open(cluster.name(), open.get());
        }
        tellHosts(known.hosts());
        var host = known.pick().apply(pick);
        if (host.isEmpty()) {
            trace.decided("endpoint", cluster.name(), "no endpoint can be taken");
            return new Outcome.Answered(
                    LocalReply.of(503, "no healthy upstream", ResponseFlag.NO_HEALTHY_UPSTREAM, "no_healthy_upstream"));
        }
        trace.decided("endpoint", host.get().endpoint().socketAddress(), "is picked");
        return new Outcome.Forwarded(cluster.name(), host.get().endpoint());
    }

    private static Optional<String> open(Cluster cluster) {
        return switch (cluster.discovery()) {
            case Cluster.Discovery.OriginalDestination(var rules) ->
                Optional.of(
                        rules.metadata().isEmpty() && rules.header().isEmpty()
                                ? "the connection goes to where its client wanted to go (ORIGINAL_DST)"
                                : "the request says where it goes, or its connection does (ORIGINAL_DST)");
            case Cluster.Discovery.DynamicForward _ ->
                Optional.of("the request names its host, which is looked up (dynamic forward proxy)");
            case Cluster.Discovery.Static _,
                    Cluster.Discovery.Eds _,
                    Cluster.Discovery.Dns _,
                    Cluster.Discovery.Aggregate _ -> Optional.empty();
        };
    }

    private void tellHosts(List<Host> hosts) {
        for (var host : hosts.subList(0, Math.min(MOST_TOLD, hosts.size()))) {
            source.trace().decided("endpoint", host.endpoint().socketAddress(), words(host));
        }
        if (hosts.size() > MOST_TOLD) {
            source.trace().decided("endpoint", "", "and " + (hosts.size() - MOST_TOLD) + " more");
        }
    }

    private String words(Host host) {
        var endpoint = host.endpoint();
        var words = new StringBuilder("weight ").append(endpoint.weight());
        words.append(", priority ").append(endpoint.priority());
        var where = endpoint.locality();
        if (!where.equals(Locality.UNKNOWN)) {
            words.append(", locality ").append(where.region()).append('/').append(where.zone());
            words.append('/').append(where.subZone());
        }
        words.append(", ").append(endpoint.health());
        if (host.state().isEjected(source.now())) {
            words.append(", ejected");
        }
        return words.append(", ")
                .append(host.state().active())
                .append(" requests under way")
                .toString();
    }
}
