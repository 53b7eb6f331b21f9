package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.explain.Call;
import io.heddle.traffic.filter.BufferFilter;
import io.heddle.traffic.filter.CorsFilter;
import io.heddle.traffic.filter.HeaderMutationFilter;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.FilterOverride;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What routes do, as it is read from a table of one virtual host.
final class RouteActionReaderTest {
    private static final String FILTERS = "type.googleapis.com/envoy.extensions.filters.http.";

    private static Checked<RouteTable> table(String host, String route) {
        return RouteTestReader.table("virtual_hosts: [{name: h, domains: ['*'], " + host
                + " routes: [{match: {prefix: /}, " + route + "}]}]");
    }

    private static Route route(String host, String route) {
        var read = table(host, route);
        assertThat(read.problems()).isEmpty();
        var table = ((Checked.Ok<RouteTable>) read).value();
        return table.virtualHosts().getFirst().routes().getFirst();
    }

    private static String direct(String body) {
        return "direct_response: {status: 200, body: {" + body + "}}";
    }

    private static List<String> problems(String route) {
        var read = table("", route);
        assertThat(read).isInstanceOf(Checked.Rejected.class);
        return read.problems().stream().map(Problem::toString).toList();
    }

    @Test
    void a_redirect_has_a_status_that_is_one() {
        assertThat(problems("redirect: {response_code: 99}"))
                .containsExactly("RouteConfiguration: virtual_hosts[0].routes[0].redirect.response_code: is none: 99;"
                        + " write MOVED_PERMANENTLY, FOUND, SEE_OTHER, TEMPORARY_REDIRECT or PERMANENT_REDIRECT");
        assertThat(route("", "redirect: {response_code: 2}").action())
                .isInstanceOfSatisfying(
                        RouteAction.Redirect.class,
                        redirect -> assertThat(redirect.status()).isEqualTo(303));
    }

    @Test
    void a_direct_response_has_its_body_from_a_file_or_the_environment(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("note.txt"), "grüß dich\n");
        assertThat(route("", direct("filename: '" + file + "'")).action())
                .isEqualTo(new RouteAction.DirectResponse(200, "grüß dich\n"));
        assertThat(route("", direct("environment_variable: PATH")).action())
                .isEqualTo(new RouteAction.DirectResponse(200, System.getenv("PATH")));
        assertThat(route("", direct("inline_bytes: aGVsbG8=")).action())
                .isEqualTo(new RouteAction.DirectResponse(200, "hello"));
    }

    @Test
    void a_body_that_cannot_be_had_is_refused_with_its_reason(@TempDir Path folder) throws IOException {
        var place = "RouteConfiguration: virtual_hosts[0].routes[0].direct_response.body.";
        var none = folder.resolve("none");
        assertThat(problems(direct("filename: '" + none + "'")))
                .containsExactly(place + "filename: " + none
                        + ": there is no such file or directory; name a file that can be read");
        assertThat(problems(direct("filename: '" + folder + "'")))
                .containsExactly(place + "filename: " + folder + ": that is no file; name a file of text");
        var octets = Files.write(folder.resolve("octets"), new byte[] {(byte) 0xff, 0});
        assertThat(problems(direct("filename: '" + octets + "'")))
                .containsExactly(place + "filename: " + octets + " is no text in UTF-8; write it in UTF-8");
        assertThat(problems(direct("environment_variable: HEDDLE_NOT_THERE")))
                .containsExactly(place + "environment_variable: there is no environment variable HEDDLE_NOT_THERE;"
                        + " set it, or use inline_string");
        var large = Files.write(folder.resolve("large"), "x".repeat(5000).getBytes(StandardCharsets.UTF_8));
        assertThat(problems(direct("filename: '" + large + "'")))
                .singleElement()
                .asString()
                .contains("body: has 5000 bytes, more than 4096; raise max_direct_response_body_size_bytes");
    }

    private static String mutation(String value) {
        return "typed_per_filter_config: {m: {'@type': " + FILTERS + "header_mutation.v3.HeaderMutationPerRoute,"
                + " mutations: {request_mutations: [{append: {header: {key: x-level, value: " + value + "}}}]}}}";
    }

    private static RouteAction.DirectResponse formatted(String format) {
        var action = route(
                        "", "direct_response: {status: 404, body: {inline_string: no}, body_format: {" + format + "}}")
                .action();
        return (RouteAction.DirectResponse) action;
    }

    @Test
    void the_body_of_a_direct_response_may_have_a_format() {
        var text = formatted("text_format_source: {inline_string: '%LOCAL_REPLY_BODY% %REQ(x-a)%'}");
        assertThat(text.body()).isEqualTo("no");
        assertThat(text.format()).hasValueSatisfying(format -> {
            assertThat(format.contentType()).isEqualTo("text/plain");
            assertThat(format.omitEmpty()).isFalse();
        });
        var json = formatted("json_format: {said: '%LOCAL_REPLY_BODY%'}, omit_empty_values: true");
        assertThat(json.format()).hasValueSatisfying(format -> {
            assertThat(format.contentType()).isEqualTo("application/json");
            assertThat(format.omitEmpty()).isTrue();
        });
        var page = formatted("text_format: '<b>%ROUTE_NAME%</b>', content_type: text/html");
        assertThat(page.format())
                .hasValueSatisfying(format -> assertThat(format.contentType()).isEqualTo("text/html"));
    }

    @Test
    void a_format_of_a_body_that_cannot_be_filled_in_is_refused() {
        var place = "RouteConfiguration: virtual_hosts[0].routes[0].direct_response.body_format";
        assertThat(problems("direct_response: {status: 404, body_format: {text_format: '%NO_SUCH%'}}"))
                .singleElement()
                .asString()
                .startsWith(place + ".text_format: ");
        assertThat(problems("direct_response: {status: 404, body_format: {content_type: a/b}}"))
                .containsExactly(place + ": has no format; set text_format_source or json_format");
    }

    /// Of a request `GET /old/7?x=1`.
    private static CalledHead head(Call.Line... lines) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        var peer = new Peer(address, address, false, Optional.empty(), Optional.empty());
        return new CalledHead(new Call("in", "GET", "shop", "/old/7?x=1", List.of(lines), peer, List.of(), 0));
    }

    @Test
    void paths_and_hosts_are_rewritten_by_a_format_over_the_head() {
        var head = head(new Call.Line("x-kind", "book"));
        var forward = (RouteAction.Forward) route(
                        "",
                        "route: {cluster: a, path_rewrite: '/%REQ(x-kind)%/%QUERY_PARAM(x)%', host_rewrite: '%REQ(x-kind)%.example'}")
                .action();
        assertThat(forward.rewrite().path().applyTo(head)).isEqualTo("/book/1?x=1");
        assertThat(forward.options().host().of(head, Optional.empty())).contains("book.example");
        var redirect = (RouteAction.Redirect)
                route("", "redirect: {path_rewrite: '/new/%REQ(x-kind)%'}").action();
        assertThat(redirect.location(head, false)).isEqualTo("http://shop/new/book?x=1");
    }

    @Test
    void what_a_format_makes_that_can_be_no_path_or_host_leaves_the_old_one() {
        var forward = (RouteAction.Forward)
                route("", "route: {cluster: a, path_rewrite: '%REQ(x-path)%', host_rewrite: '%REQ(x-host)%'}")
                        .action();
        for (var strange : List.of("", "a", "/a b", "/a HTTP/1.1", "/a#b", "/\u007f")) {
            var head = head(new Call.Line("x-path", strange), new Call.Line("x-host", "a b"));
            assertThat(forward.rewrite().path().applyTo(head)).as(strange).isEqualTo("/old/7?x=1");
            assertThat(forward.options().host().of(head, Optional.empty())).isEmpty();
        }
    }

    @Test
    void rewrites_by_more_than_the_head_or_in_several_ways_are_refused() {
        var place = "RouteConfiguration: virtual_hosts[0].routes[0].";
        var remedy = ": asks for more than the request's head; use %REQ(…)%, %PATH(…)% and %QUERY_PARAM(…)% only";
        assertThat(problems("route: {cluster: a, path_rewrite: '/%UPSTREAM_HOST%'}"))
                .containsExactly(place + "route.path_rewrite" + remedy);
        assertThat(problems("route: {cluster: a, host_rewrite: '%REQ(:scheme)%'}"))
                .containsExactly(place + "route.host_rewrite" + remedy);
        assertThat(problems("redirect: {path_rewrite: '/%START_TIME%'}"))
                .containsExactly(place + "redirect.path_rewrite" + remedy);
        assertThat(problems("route: {cluster: a, path_rewrite: /a, prefix_rewrite: /b}"))
                .containsExactly(place + "route.path_rewrite: stands beside prefix_rewrite; remove one of them");
    }

    @Test
    void a_cookie_needs_a_name_and_a_text() {
        var place = "RouteConfiguration: virtual_hosts[0].routes[0].match.cookies[0].";
        var read = RouteTestReader.table("virtual_hosts: [{name: h, domains: ['*'], routes: [{match: {prefix: /,"
                + " cookies: [{name: '', string_match: {}}]}, route: {cluster: a}}]}]");
        assertThat(read.problems().stream().map(Problem::toString))
                .containsExactly(
                        place + "name: is no name of a cookie; write 1 to 1024 bytes",
                        place + "string_match: says nothing to match;"
                                + " set exact, prefix, suffix, contains or safe_regex");
    }

    @Test
    void settings_of_a_weighted_cluster_stand_before_those_further_out_where_a_filter_heeds_all() {
        var found = route(
                mutation("host") + ",",
                "route: {weighted_clusters: {clusters: [{name: a, weight: 1, " + mutation("cluster") + "}]}}, "
                        + mutation("route"));
        var forward = (RouteAction.Forward) found.action();
        var target = ((ClusterChoice.Weighted) forward.cluster()).of(0, HeaderFields.NONE, RuntimeSnapshot.EMPTY);
        var settings = (HeaderMutationFilter.PerRoute)
                Objects.requireNonNull(target.overrides().get("m"));
        assertThat(settings.levels()).hasSize(3);
    }

    @Test
    void cors_at_its_older_place_is_for_filters_by_any_name() {
        var cors = "cors: {allow_origin_string_match: [{exact: a}], max_age: '60'}";
        assertThat(age(route(cors + ",", "route: {cluster: c}"), CorsFilter.OF_ANY_NAME))
                .isEqualTo("60");
        assertThat(route("", "route: {cluster: c, " + cors + "}").overrides()).containsKey(CorsFilter.OF_ANY_NAME);
        var nearer = cors.replace("60", "61");
        assertThat(age(route(cors + ",", "route: {cluster: c, " + nearer + "}"), CorsFilter.OF_ANY_NAME))
                .isEqualTo("61");
        var newer = route(
                "",
                "route: {cluster: c, " + cors + "}, typed_per_filter_config: {" + CorsFilter.NAME + ": {'@type': "
                        + FILTERS + "cors.v3.CorsPolicy, max_age: '7'}}");
        assertThat(age(newer, CorsFilter.NAME)).isEqualTo("7");
    }

    private static String age(Route route, String filter) {
        var found = Objects.requireNonNull(route.overrides().get(filter));
        return ((CorsFilter.Policy) found).told().maxAge();
    }

    @Test
    void a_route_switches_a_filter_on_that_is_off() {
        var config = "'@type': type.googleapis.com/envoy.config.route.v3.FilterConfig";
        assertThat(route("", direct("inline_string: a") + ", typed_per_filter_config: {b: {" + config + "}}")
                        .overrides())
                .containsEntry("b", new FilterOverride.Enabled());
        assertThat(route(
                                "typed_per_filter_config: {b: {" + config + ", config: {'@type': " + FILTERS
                                        + "buffer.v3.BufferPerRoute, buffer: {max_request_bytes: 7}}}},",
                                direct("inline_string: a") + ", typed_per_filter_config: {b: {" + config
                                        + ", config: {}}}")
                        .overrides())
                .containsEntry("b", new BufferFilter.Limit(7));
    }
}
