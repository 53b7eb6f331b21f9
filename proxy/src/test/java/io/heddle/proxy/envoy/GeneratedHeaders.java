package io.heddle.proxy.envoy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/// Changes of headers, drawn at random: for requests and answers, of whatever level.
final class GeneratedHeaders {
    private static final List<String> ACTIONS =
            List.of("APPEND_IF_EXISTS_OR_ADD", "ADD_IF_ABSENT", "OVERWRITE_IF_EXISTS_OR_ADD", "OVERWRITE_IF_EXISTS");
    private static final List<String> UNCONDITIONAL = List.of("APPEND_IF_EXISTS_OR_ADD", "OVERWRITE_IF_EXISTS_OR_ADD");
    private static final List<String> ON_REQUESTS =
            List.of("x-new", "x-a", "X-B", "x-user", "user-agent", "cookie", "accept", "via");
    private static final List<String> ON_ANSWERS =
            List.of("x-new", "x-one", "X-Two", "set-cookie", "content-type", "server", "location", "cache-control");
    private static final List<String> REMOVED_OF_REQUESTS = List.of("x-a", "x-B", "user-agent", "x-forwarded-proto");
    private static final List<String> REMOVED_OF_ANSWERS = List.of("x-gone", "X-two", "set-cookie", "x-one");
    /// Of what no change of headers touches: a command operator sees a request as it came.
    private static final List<String> VALUES = List.of(
            "fixed",
            "",
            "a, b",
            "%PROTOCOL%",
            "%REQ(x-still)%",
            "%REQ(x-none?X-Still)%",
            "%REQ(:method):2%",
            "%REQ(x-still):3%-%REQ(x-none)%",
            "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
            "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
            "%ROUTE_NAME%",
            "100%%",
            "%REQUESTED_SERVER_NAME%",
            "[%BYTES_SENT%]",
            "%REQ(:scheme)%",
            "%RESP(x-host)%",
            "%RESPONSE_CODE%",
            "%UPSTREAM_CLUSTER%",
            "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
            "%RESPONSE_FLAGS%");
    private static final List<String> ONLY_ON_REQUESTS = List.of(
            "%REQ(:path)%",
            "%REQ(:authority)%",
            "%QUERY_PARAM(x)%",
            "%PATH(NQ:PATH)%",
            "%PATH(WQ:ORIG_OR_PATH)%",
            "%REQ(x-envoy-original-path?:path)%");
    private static final List<String> ONLY_ON_ANSWERS =
            List.of("%RESPONSE_CODE_DETAILS%", "%RESP(x-host):2%", "%RESP(:status)%", "%VIRTUAL_CLUSTER_NAME%");

    private GeneratedHeaders() {}

    /// Gives a table, virtual host, route or weighted cluster some changes, or none.
    static void change(Tree owner, Chance chance, int percent) {
        if (chance.in(percent)) {
            owner.with("request_headers_to_add", added(chance, true));
        }
        if (chance.in(percent / 2)) {
            owner.with("request_headers_to_remove", List.of(chance.one(REMOVED_OF_REQUESTS)));
        }
        if (chance.in(percent)) {
            owner.with("response_headers_to_add", added(chance, false));
        }
        if (chance.in(percent / 2)) {
            owner.with("response_headers_to_remove", List.of(chance.one(REMOVED_OF_ANSWERS)));
        }
    }

    /// Lets answers say which route was taken.
    static void name(Tree route, String name) {
        var option = Tree.of("header", Tree.of("key", "x-route").with("value", name))
                .with("append_action", "OVERWRITE_IF_EXISTS_OR_ADD");
        var options = new ArrayList<Object>(route.list("response_headers_to_add"));
        options.add(option);
        route.with("response_headers_to_add", options);
    }

    /// Within one level, no change asks for a name that another one changes.
    private static List<Tree> added(Chance chance, boolean request) {
        var names = new HashSet<String>();
        var asked = new HashSet<String>();
        var options = new ArrayList<Tree>();
        do {
            var name = chance.one(request ? ON_REQUESTS : ON_ANSWERS);
            var small = name.toLowerCase(Locale.ROOT);
            boolean asks = names.add(small) && chance.in(50) && asked.add(small);
            if (asks || !asked.contains(small)) {
                options.add(option(name, asks ? ACTIONS : UNCONDITIONAL, chance, request));
            }
        } while (chance.in(25));
        return options;
    }

    private static Tree option(String name, List<String> actions, Chance chance, boolean request) {
        var value = chance.one(chance.in(75) ? VALUES : request ? ONLY_ON_REQUESTS : ONLY_ON_ANSWERS);
        var option = Tree.of("header", Tree.of("key", name).with("value", value));
        if (chance.in(70)) {
            option.with("append_action", chance.one(actions));
        }
        if (chance.in(20)) {
            option.with("keep_empty_value", true);
        }
        return option;
    }
}
