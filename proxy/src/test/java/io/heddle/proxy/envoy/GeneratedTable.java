package io.heddle.proxy.envoy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A listener with a route configuration, drawn at random, and what requests can say to come near its routes.
///
/// @param name of the listener
/// @param domains those of its virtual hosts
/// @param paths near its routes
record GeneratedTable(String name, Tree listener, List<String> domains, List<String> paths) {
    private static final List<String> DOMAINS = List.of(
            "shop.example",
            "shop.example:8080",
            "*.example",
            "*.shop.example",
            "*-x.example",
            "shop.*",
            "shop.ex*",
            "api.*",
            "api.example:*",
            "*.example:8080",
            "[::1]",
            "[::1]:80",
            "SHOP.test",
            "127.0.0.1");

    /// Whether its configuration has this text.
    boolean says(String text) {
        return listener.toString().contains(text);
    }

    static GeneratedTable draw(String name, Chance chance) {
        var domains = new ArrayList<String>();
        var paths = new ArrayList<String>();
        var table = Tree.of("name", name).with("validate_clusters", false);
        table.with("virtual_hosts", virtualHosts(chance, domains, paths));
        GeneratedHeaders.change(table, chance, 25);
        flags(table, chance, 25, "most_specific_header_mutations_wins", "ignore_port_in_host_matching");
        flags(table, chance, 30, "ignore_path_parameters_in_path_matching");
        if (chance.in(15)) {
            table.with("internal_only_headers", List.of("x-a"));
        }
        var router = Tree.typed("envoy.extensions.filters.http.router.v3.Router")
                .with("suppress_envoy_headers", chance.in(50));
        var manager = manager(chance)
                .with("route_config", table)
                .with("http_filters", List.of(Tree.of("name", "router").with("typed_config", router)));
        var listener = Tree.of("name", name)
                .with(
                        "address",
                        Tree.of(
                                "socket_address",
                                Tree.of("address", "127.0.0.1").with("port_value", 0)))
                .with(
                        "filter_chains",
                        List.of(Tree.of(
                                "filters", List.of(Tree.of("name", "manager").with("typed_config", manager)))));
        return new GeneratedTable(name, listener, domains, paths);
    }

    private static void flags(Tree owner, Chance chance, int percent, String... fields) {
        for (var field : fields) {
            if (chance.in(percent)) {
                owner.with(field, true);
            }
        }
    }

    private static Tree manager(Chance chance) {
        var manager = Tree.typed("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager")
                .with("stat_prefix", "in")
                .with("server_name", "mesh");
        flags(manager, chance, 30, "normalize_path", "merge_slashes");
        flags(manager, chance, 15, "strip_trailing_host_dot", "always_set_request_id_in_response", "skip_xff_append");
        flags(manager, chance, 15, "append_x_forwarded_port", "preserve_external_request_id");
        if (chance.in(25)) {
            manager.with(chance.one("strip_any_host_port", "strip_matching_host_port"), true);
        }
        if (chance.in(40)) {
            manager.with(
                    "path_with_escaped_slashes_action",
                    chance.one("KEEP_UNCHANGED", "REJECT_REQUEST", "UNESCAPE_AND_REDIRECT", "UNESCAPE_AND_FORWARD"));
        }
        if (chance.in(40)) {
            manager.with("use_remote_address", true);
        }
        if (chance.in(20)) {
            manager.with("xff_num_trusted_hops", 1 + chance.below(2));
        }
        if (chance.in(25)) {
            var range = Tree.of("address_prefix", chance.one("127.0.0.0", "10.0.0.0"))
                    .with("prefix_len", 8);
            manager.with("internal_address_config", Tree.of("cidr_ranges", List.of(range)));
        }
        if (chance.in(15)) {
            manager.with("generate_request_id", false);
        }
        if (chance.in(15)) {
            manager.with("via", "mesh");
        }
        if (chance.in(40)) {
            manager.with("server_header_transformation", chance.one("OVERWRITE", "APPEND_IF_ABSENT", "PASS_THROUGH"));
        }
        if (chance.in(20)) {
            manager.with(
                    "common_http_protocol_options",
                    Tree.of("headers_with_underscores_action", chance.one("REJECT_REQUEST", "DROP_HEADER", "ALLOW")));
        }
        return manager;
    }

    private static List<Tree> virtualHosts(Chance chance, List<String> domains, List<String> paths) {
        var hosts = new ArrayList<Tree>();
        var taken = new HashSet<String>();
        int count = 1 + chance.below(4);
        for (int i = 0; i < count; i++) {
            var own = new ArrayList<String>();
            for (int j = chance.below(3); j >= 0; j--) {
                add(chance.one(DOMAINS), own, taken);
            }
            if (i == 0 && chance.in(60)) {
                add("*", own, taken);
            }
            if (!own.isEmpty()) {
                domains.addAll(own);
                hosts.add(virtualHost("host-" + i, own, chance, paths));
            }
        }
        return hosts;
    }

    private static void add(String domain, List<String> own, Set<String> taken) {
        if (taken.add(domain.toLowerCase(Locale.ROOT))) {
            own.add(domain);
        }
    }

    private static List<Tree> virtualClusters(Chance chance) {
        return GeneratedMatch.some(
                chance,
                _ -> Tree.of("name", chance.one("small", "large"))
                        .with("headers", List.of(GeneratedMatch.header(chance))));
    }

    private static Tree virtualHost(String name, List<String> domains, Chance chance, List<String> paths) {
        var routes = new ArrayList<Tree>();
        int count = chance.in(20) ? 12 : 1 + chance.below(6);
        for (int i = 0; i < count; i++) {
            var match = GeneratedMatch.draw(chance);
            paths.add(match.path());
            var route = Tree.of("name", name + "-" + i).with("match", match.match());
            GeneratedAction.give(route, match, chance);
            GeneratedHeaders.change(route, chance, 30);
            GeneratedHeaders.name(route, name + "-" + i);
            routes.add(route);
        }
        var host = Tree.of("name", name).with("domains", domains);
        if (chance.in(25)) {
            host.with("matcher", GeneratedTree.over(routes, chance));
        } else {
            host.with("routes", routes);
        }
        GeneratedHeaders.change(host, chance, 20);
        if (chance.in(30)) {
            host.with("virtual_clusters", virtualClusters(chance));
        }
        flags(host, chance, 15, "include_request_attempt_count", "include_attempt_count_in_response");
        if (chance.in(10)) {
            host.with("require_tls", chance.one("ALL", "EXTERNAL_ONLY"));
        }
        return host;
    }
}
