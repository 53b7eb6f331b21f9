package io.heddle.xds.read.route;

import io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutation;
import io.envoyproxy.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.route.RouteAction;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.HeaderEditReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads who gets copies of requests.
final class MirrorReader {
    private static final Fields<RequestMirrorPolicy> MIRROR = Fields.ignoringOthers(RequestMirrorPolicy.class)
            .reads("cluster", "cluster_header", "disable_shadow_host_suffix_append", "host_rewrite_literal")
            .reads("request_headers_mutations")
            .accepts("trace_sampled", "there are no traces yet")
            .reads("runtime_fraction");
    private static final Fields<HeaderMutation> MUTATION =
            Fields.refusingOthers(HeaderMutation.class).reads("remove", "append");

    /// What of mirrors is read.
    static final List<Fields<?>> FIELDS = List.of(MIRROR, MUTATION);

    private MirrorReader() {}

    /// The mirrors in `request_mirror_policies` of the message at `scope`.
    static List<RouteAction.Mirror> read(List<RequestMirrorPolicy> policies, Optional<Boolean> validate, Scope scope) {
        var mirrors = new ArrayList<RouteAction.Mirror>();
        for (int i = 0; i < policies.size(); i++) {
            mirrors.add(mirror(policies.get(i), validate, scope.at("request_mirror_policies", i)));
        }
        return mirrors;
    }

    private static RouteAction.Mirror mirror(RequestMirrorPolicy policy, Optional<Boolean> validate, Scope scope) {
        scope.check(policy, MIRROR);
        var share = policy.hasRuntimeFraction()
                ? Values.share(policy.getRuntimeFraction(), scope.at("runtime_fraction"))
                : RuntimeShare.ALL;
        Optional<HeaderName> header = Optional.empty();
        if (policy.getCluster().isEmpty()) {
            header = HeadTexts.headerName(policy.getClusterHeader(), scope.at("cluster_header"));
        } else if (policy.getClusterHeader().isEmpty()) {
            scope.at("cluster").mention(policy.getCluster(), validate);
        } else {
            scope.at("cluster_header").error("stands beside cluster", "remove one of them");
        }
        return new RouteAction.Mirror(
                policy.getCluster(),
                header,
                share,
                !policy.getDisableShadowHostSuffixAppend(),
                HeadTexts.authority(policy.getHostRewriteLiteral(), scope.at("host_rewrite_literal")),
                changes(policy.getRequestHeadersMutationsList(), scope));
    }

    private static List<HeaderChange> changes(List<HeaderMutation> mutations, Scope scope) {
        var changes = new ArrayList<HeaderChange>();
        for (int i = 0; i < mutations.size(); i++) {
            var mutation = mutations.get(i);
            var here = scope.at("request_headers_mutations", i);
            here.check(mutation, MUTATION);
            switch (mutation.getActionCase()) {
                case REMOVE -> {
                    if (HeaderEditReader.allowed(mutation.getRemove(), here.at("remove"))) {
                        changes.add(new HeaderChange.Fixed(
                                new HeaderEdit(HeaderEdit.Action.REMOVE, HeaderName.of(mutation.getRemove()), "")));
                    }
                }
                case APPEND ->
                    HeaderEditReader.option(mutation.getAppend(), here.at("append"))
                            .ifPresent(changes::add);
                case REMOVE_ON_MATCH -> {} // refused above
                case ACTION_NOT_SET -> here.error("does nothing", "set append or remove");
            }
        }
        return changes;
    }
}
