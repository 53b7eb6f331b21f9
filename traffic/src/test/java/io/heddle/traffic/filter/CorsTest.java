package io.heddle.traffic.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.route.FilterOverride;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Pages of other origins: who may ask (CORS), and who may change something (CSRF).
class CorsTest {
    private static final String PAGE = "https://page.example";

    private static CorsFilter.Policy policy(int enabled, int shadow, boolean forwards, String... origins) {
        return new CorsFilter.Policy(
                List.of(origins).stream()
                        .map(text -> (StringMatcher) new StringMatcher.Exact(text, false))
                        .toList(),
                new CorsFilter.Told("GET, PUT", "x-one", "x-two", "600"),
                Optional.of(true),
                Optional.of(true),
                RuntimeShare.ofMillion(enabled),
                RuntimeShare.ofMillion(shadow),
                Optional.of(forwards));
    }

    private static FilterStep cors(Request request, FilterOverride... policy) {
        for (var override : policy) {
            request.overrides.put(CorsFilter.NAME, override);
        }
        return new CorsFilter(CorsFilter.NAME).onRequest(request);
    }

    private static Request request(String method, String... headers) {
        var request = new Request();
        request.head = TextRequest.of(method, "shop:8080", "/", headers);
        return request;
    }

    private static Request preflight(String origin) {
        return request(
                "OPTIONS",
                "origin",
                origin,
                "access-control-request-method",
                "PUT",
                "access-control-request-private-network",
                "true");
    }

    private static List<String> headers(FilterStep step) {
        return ((FilterStep.Reply) step)
                .reply().headers().stream()
                        .map(edit -> edit.name() + ": " + edit.value())
                        .toList();
    }

    @Test
    void a_policy_for_any_name_holds_where_a_filter_has_none_by_its_own() {
        var filter = new CorsFilter("called otherwise");
        var request = preflight(PAGE);
        assertThat(filter.onRequest(request)).isEqualTo(FilterStep.CONTINUE);
        request.overrides.put(CorsFilter.OF_ANY_NAME, policy(Shares.ALL, 0, false, PAGE));
        assertThat(headers(filter.onRequest(request))).contains("access-control-allow-origin: " + PAGE);
        request.overrides.put(CorsFilter.NAME, policy(Shares.ALL, 0, true, "https://other.example"));
        assertThat(filter.onRequest(request)).as("another filter's").isInstanceOf(FilterStep.Reply.class);
        request.overrides.put("called otherwise", policy(Shares.ALL, 0, true, "https://other.example"));
        assertThat(filter.onRequest(request)).as("its own").isEqualTo(FilterStep.CONTINUE);
        request.overrides.put("called otherwise", new FilterOverride.Disabled());
        assertThat(filter.onRequest(request)).isEqualTo(FilterStep.CONTINUE);
    }

    @Test
    void a_policy_says_what_a_more_specific_one_does_not() {
        var host = policy(Shares.ALL, 0, false, PAGE);
        var route = new CorsFilter.Policy(
                List.of(),
                new CorsFilter.Told("PATCH", "", "", ""),
                Optional.of(false),
                Optional.empty(),
                RuntimeShare.ALL,
                RuntimeShare.NONE,
                Optional.empty());
        assertThat(headers(cors(preflight(PAGE), route.over(host))))
                .containsExactly(
                        "access-control-allow-origin: https://page.example",
                        "access-control-allow-methods: PATCH",
                        "access-control-allow-headers: x-one",
                        "access-control-max-age: 600",
                        "access-control-allow-private-network: true");
        assertThat(cors(preflight("https://evil.example"), route.over(host))).isInstanceOf(FilterStep.Reply.class);
        assertThat(cors(preflight(PAGE), route)).isEqualTo(FilterStep.CONTINUE);
        assertThat(host.over(new FilterOverride.Disabled())).isEqualTo(host);
    }

    @Test
    void a_preflight_of_an_origin_that_may_ask_is_answered() {
        var request = preflight(PAGE);
        var step = cors(request, policy(Shares.ALL, 0, true, PAGE));
        assertThat(((FilterStep.Reply) step).reply().status()).isEqualTo(200);
        assertThat(headers(step))
                .containsExactly(
                        "access-control-allow-origin: https://page.example",
                        "access-control-allow-credentials: true",
                        "access-control-allow-methods: GET, PUT",
                        "access-control-allow-headers: x-one",
                        "access-control-max-age: 600",
                        "access-control-allow-private-network: true");
        assertThat(request.counted).containsExactly("envoy_http_cors_origin_valid");
    }

    @Test
    void a_preflight_of_another_origin_goes_on_or_is_answered_without_leave() {
        var other = preflight("https://evil.example");
        assertThat(cors(other, policy(Shares.ALL, 0, true, PAGE))).isEqualTo(FilterStep.CONTINUE);
        assertThat(other.counted).containsExactly("envoy_http_cors_origin_invalid");
        assertThat(headers(cors(preflight("https://evil.example"), policy(Shares.ALL, 0, false, PAGE))))
                .isEmpty();
    }

    @Test
    void answers_tell_pages_that_may_ask_what_they_may_see() {
        var request = request("GET", "origin", PAGE);
        assertThat(cors(request, policy(Shares.ALL, 0, true, "*"))).isEqualTo(FilterStep.CONTINUE);
        assertThat(request.answer())
                .containsExactly(
                        "access-control-allow-origin: https://page.example",
                        "access-control-allow-credentials: true",
                        "access-control-expose-headers: x-two");
        var other = request("GET", "origin", "https://evil.example");
        cors(other, policy(Shares.ALL, 0, true, PAGE));
        assertThat(other.answer()).isEmpty();
    }

    @Test
    void a_policy_in_the_shadow_is_only_counted() {
        var request = preflight(PAGE);
        assertThat(cors(request, policy(0, Shares.ALL, false, PAGE))).isEqualTo(FilterStep.CONTINUE);
        assertThat(request.counted).containsExactly("envoy_http_cors_origin_valid");
    }

    @Test
    void without_an_origin_or_a_policy_nothing_happens() {
        var plain = request("GET");
        assertThat(cors(plain, policy(Shares.ALL, 0, true, "*"))).isEqualTo(FilterStep.CONTINUE);
        assertThat(cors(preflight(PAGE))).isEqualTo(FilterStep.CONTINUE);
        assertThat(cors(preflight(PAGE), new FilterOverride.Disabled())).isEqualTo(FilterStep.CONTINUE);
        assertThat(plain.counted).isEmpty();
    }

    private static FilterStep csrf(Request request, int enabled, int shadow) {
        var policy = new CsrfFilter.Policy(
                RuntimeShare.ofMillion(enabled),
                RuntimeShare.ofMillion(shadow),
                List.of(new StringMatcher.Suffix(".friend.example", false)));
        return new CsrfFilter(CsrfFilter.NAME, policy).onRequest(request);
    }

    private static boolean mayChange(String... headers) {
        return csrf(request("POST", headers), Shares.ALL, 0) instanceof FilterStep.Continue;
    }

    @Test
    void what_changes_something_must_come_from_its_own_host_or_a_listed_one() {
        assertThat(mayChange("origin", "https://shop:8080")).isTrue();
        assertThat(mayChange("origin", "https://SHOP:8080")).isTrue();
        assertThat(mayChange("origin", "https://a.friend.example")).isTrue();
        assertThat(mayChange("referer", "https://shop:8080/cart?x=1")).isTrue();
        assertThat(mayChange("origin", "https://shop")).isFalse();
        assertThat(mayChange("origin", "https://evil.example")).isFalse();
        assertThat(mayChange("origin", "null")).isFalse();
        assertThat(mayChange("origin", "https://shop:8080@evil.example")).isFalse();
        assertThat(mayChange("origin", "https://evil.example/a.friend.example")).isFalse();
        assertThat(mayChange("origin", "https://evil.example\\.friend.example")).isFalse();
        assertThat(mayChange("origin", "https://")).isFalse();
        assertThat(mayChange("origin", "https://evil.example", "referer", "https://shop:8080/"))
                .isFalse();
        assertThat(mayChange()).isFalse();
    }

    @Test
    void a_refusal_says_why_and_is_counted() {
        var request = request("DELETE", "origin", "https://evil.example");
        var reply = ((FilterStep.Reply) csrf(request, Shares.ALL, 0)).reply();
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).isEqualTo("Invalid origin");
        assertThat(request.counted).containsExactly("envoy_http_csrf_request_invalid");
        var missing = request("PATCH");
        csrf(missing, Shares.ALL, 0);
        assertThat(missing.counted).containsExactly("envoy_http_csrf_missing_source_origin");
        var valid = request("PUT", "origin", "https://shop:8080");
        csrf(valid, Shares.ALL, 0);
        assertThat(valid.counted).containsExactly("envoy_http_csrf_request_valid");
    }

    @Test
    void reading_is_never_asked_and_the_shadow_refuses_nobody() {
        var reading = request("GET", "origin", "https://evil.example");
        assertThat(csrf(reading, Shares.ALL, 0)).isEqualTo(FilterStep.CONTINUE);
        assertThat(reading.counted).isEmpty();
        var shadow = request("POST", "origin", "https://evil.example");
        assertThat(csrf(shadow, 0, Shares.ALL)).isEqualTo(FilterStep.CONTINUE);
        assertThat(shadow.counted).containsExactly("envoy_http_csrf_request_invalid");
        var off = request("POST", "origin", "https://evil.example");
        off.overrides.put(CsrfFilter.NAME, new FilterOverride.Disabled());
        assertThat(csrf(off, Shares.ALL, 0)).isEqualTo(FilterStep.CONTINUE);
    }
}
