package io.heddle.proxy.envoy;

import java.util.ArrayList;
import java.util.List;

/// What a route does, drawn at random.
final class GeneratedAction {
    static final List<String> CLUSTERS = List.of("one", "two", "three", "ring");

    private static final List<String> TEXTS = List.of(
            "%LOCAL_REPLY_BODY%",
            "it is %REQ(x-still)%, not %REQ(x-none)%: %LOCAL_REPLY_BODY%\n",
            "%ROUTE_NAME% by %PROTOCOL% %REQ(:method):2%",
            "%REQ(x-none)%",
            "[%RESPONSE_CODE%]",
            "100%% plain",
            "%RESPONSE_FLAGS% %UPSTREAM_CLUSTER%");

    private static final List<String> PATHS = List.of(
            "/there", "/there?y=2", "/to/%QUERY_PARAM(x)%", "%REQ(x-none)%", "/%REQ(:method)%/%REQ(x-still):2%");

    private GeneratedAction() {}

    /// Gives a route that fits `match` something to do.
    static void give(Tree route, GeneratedMatch match, Chance chance) {
        switch (chance.below(10)) {
            case 0, 1 -> route.with("redirect", redirect(match, chance));
            case 2 -> route.with("direct_response", direct(chance));
            default -> route.with("route", forward(match, chance));
        }
    }

    private static Tree direct(Chance chance) {
        int status = chance.one(200, 204, 304, 404, 418, 503, 599);
        var direct = Tree.of("status", status);
        if (status == 204 || status == 304) {
            return direct;
        }
        if (chance.in(60)) {
            direct.with("body", Tree.of("inline_string", "said %REQ(x-a)% here \\ \u00fc"));
        }
        return chance.in(40) ? direct.with("body_format", format(chance)) : direct;
    }

    /// Of what no change of headers touches.
    private static Tree format(Chance chance) {
        var format = new Tree();
        switch (chance.below(3)) {
            case 0 -> format.with("text_format", chance.one(TEXTS));
            case 1 -> format.with("text_format_source", Tree.of("inline_string", chance.one(TEXTS)));
            default ->
                format.with(
                        "json_format",
                        Tree.of("still", "%REQ(x-still)%")
                                .with("none", "%REQ(x-none)%")
                                .with("both", chance.one(TEXTS))
                                .with("said", "%LOCAL_REPLY_BODY%")
                                .with("deep", Tree.of("list", List.of(7, "%PROTOCOL%", true))));
        }
        if (chance.in(30)) {
            format.with("omit_empty_values", true);
        }
        return chance.in(30) ? format.with("content_type", chance.one("text/html; charset=UTF-8", "a/b")) : format;
    }

    private static Tree redirect(GeneratedMatch match, Chance chance) {
        var redirect = new Tree();
        if (chance.in(30)) {
            redirect.with("https_redirect", true);
        } else if (chance.in(20)) {
            redirect.with("scheme_redirect", chance.one("https", "http", "ftp"));
        }
        if (chance.in(40)) {
            redirect.with("host_redirect", chance.one("new.example", "new.example:99", "[::1]"));
        }
        if (chance.in(25)) {
            redirect.with("port_redirect", chance.one(80, 443, 8443));
        }
        switch (chance.below(5)) {
            case 3 -> redirect.with("path_rewrite", chance.one(PATHS));
            case 0 -> redirect.with("path_redirect", chance.one("/there", "/there?y=2", "/a/"));
            case 1 -> {
                if (hasPrefix(match)) {
                    redirect.with("prefix_rewrite", chance.one("/", "/new", "/new/"));
                }
            }
            case 2 -> redirect.with("regex_rewrite", regex(chance));
            default -> {} // the same path
        }
        if (chance.in(30)) {
            redirect.with("strip_query", true);
        }
        if (chance.in(60)) {
            redirect.with(
                    "response_code",
                    chance.one("MOVED_PERMANENTLY", "FOUND", "SEE_OTHER", "TEMPORARY_REDIRECT", "PERMANENT_REDIRECT"));
        }
        return redirect;
    }

    private static boolean hasPrefix(GeneratedMatch match) {
        return !match.kind().equals("safe_regex") && !match.kind().equals("path_match_policy");
    }

    private static Tree regex(Chance chance) {
        return switch (chance.below(7)) {
            case 0 -> regex("^/api/(v[0-9])/(.*)$", "/\\2/\\1");
            case 1 -> regex("/+", "/");
            case 2 -> regex("a", "b$1");
            case 3 -> regex("^", "/pre");
            case 4 -> regex("(o)(o)?", "[\\0\\2]");
            case 5 -> regex("x*", "-");
            default -> regex("/([^/]*)$", "/\\1\\\\");
        };
    }

    private static Tree regex(String pattern, String substitution) {
        return Tree.of("pattern", Tree.of("regex", pattern)).with("substitution", substitution);
    }

    private static Tree forward(GeneratedMatch match, Chance chance) {
        var forward = Tree.of("timeout", "9s");
        cluster(forward, chance);
        path(forward, match, chance);
        switch (chance.below(8)) {
            case 0 -> forward.with("host_rewrite_literal", chance.one("new.example", "new.example:81"));
            case 1 -> forward.with("host_rewrite_header", chance.one("x-host", "x-none"));
            case 2 -> forward.with("host_rewrite_path_regex", regex("^/([^/]*).*$", "\\1.example"));
            case 3 -> forward.with("auto_host_rewrite", chance.in(80));
            case 4 -> forward.with("host_rewrite", chance.one("new.example", "%REQ(x-host)%", "a-%QUERY_PARAM(x)%"));
            default -> {} // the same host
        }
        if (chance.in(25)) {
            forward.with("append_x_forwarded_host", true);
        }
        var policies = new ArrayList<Tree>();
        if (chance.in(60)) {
            policies.add(hashed(chance));
        }
        policies.add(Tree.of("connection_properties", Tree.of("source_ip", true)));
        forward.with("hash_policy", policies);
        if (chance.in(30)) {
            forward.with(
                    "cluster_not_found_response_code",
                    chance.one("NOT_FOUND", "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"));
        }
        return forward;
    }

    private static Tree hashed(Chance chance) {
        var policy = switch (chance.below(4)) {
            case 0 -> Tree.of("header", Tree.of("header_name", chance.one("x-user", "x-a", ":path")));
            case 1 ->
                Tree.of("header", Tree.of("header_name", "x-user").with("regex_rewrite", regex("^(.).*$", "\\1")));
            case 2 -> Tree.of("cookie", Tree.of("name", "place"));
            default -> Tree.of("query_parameter", Tree.of("name", chance.one("x", "q")));
        };
        return chance.in(30) ? policy.with("terminal", true) : policy;
    }

    private static void cluster(Tree forward, Chance chance) {
        switch (chance.below(10)) {
            case 0 -> forward.with("cluster_header", "x-cluster");
            case 1 -> forward.with("cluster", "missing");
            case 2, 3 -> forward.with("weighted_clusters", weighted(chance));
            default -> forward.with("cluster", chance.one(CLUSTERS));
        }
    }

    private static Tree weighted(Chance chance) {
        boolean byHash = chance.in(30);
        boolean byHeader = !byHash && chance.in(50);
        int chosen = chance.below(3);
        var clusters = new ArrayList<Tree>();
        for (int i = 0; i < 3; i++) {
            var share = chance.in(15) ? Tree.of("cluster_header", "x-cluster") : Tree.of("name", CLUSTERS.get(i));
            share.with("weight", byHeader || byHash ? 1 + chance.below(4) : i == chosen ? 100 : 0);
            if (chance.in(20)) {
                share.with("host_rewrite_literal", "weighted.example");
            }
            GeneratedHeaders.change(share, chance, 30);
            clusters.add(share);
        }
        var weighted = Tree.of("clusters", clusters);
        if (byHash) {
            return weighted.with("use_hash_policy", true); // the client's address is always hashed
        }
        return byHeader ? weighted.with("header_name", "x-number") : weighted;
    }

    private static void path(Tree forward, GeneratedMatch match, Chance chance) {
        if (chance.in(60)) {
            return;
        }
        if (!match.template().isEmpty() && chance.in(70)) {
            var rewrite = rewrite(match.template(), chance);
            forward.with(
                    "path_rewrite_policy",
                    Tree.of("name", "envoy.path.rewrite.uri_template.uri_template_rewriter")
                            .with(
                                    "typed_config",
                                    Tree.typed("envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig")
                                            .with("path_template_rewrite", rewrite)));
        } else if (hasPrefix(match) && chance.in(60)) {
            forward.with("prefix_rewrite", chance.one("/", "/new", "/new/", "/n?z=1"));
        } else if (chance.in(40)) {
            forward.with("path_rewrite", chance.one(PATHS));
        } else {
            forward.with("regex_rewrite", regex(chance));
        }
    }

    private static String rewrite(String template, Chance chance) {
        var names = List.of("version", "id", "a", "b", "c", "lang", "rest", "file").stream()
                .filter(name -> template.contains("{" + name + "}") || template.contains("{" + name + "="))
                .toList();
        return names.isEmpty() ? "/fixed" : "/t/{" + chance.one(names) + "}" + chance.one("", "/x", ".html");
    }
}
