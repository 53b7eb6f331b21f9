package io.heddle.traffic.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.request.TextRequest;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RedirectTest {
    @Test
    void a_configured_query_takes_the_place_of_the_requests_and_stays() {
        var head = TextRequest.get("shop", "/old?b=2");
        assertThat(to("/new?a=1", false).location(head, false)).isEqualTo("http://shop/new?a=1");
        assertThat(to("/new?a=1", true).location(head, false)).isEqualTo("http://shop/new?a=1");
        assertThat(to("/new", false).location(head, false)).isEqualTo("http://shop/new?b=2");
        assertThat(to("/new", true).location(head, false)).isEqualTo("http://shop/new");
    }

    @Test
    void what_a_path_becomes_never_runs_into_the_host() {
        var head = TextRequest.get("shop", "/old");
        assertThat(to(".evil.example/new", false).location(head, false)).isEqualTo("http://shop/.evil.example/new");
    }

    private static RouteAction.Redirect to(String path, boolean stripQuery) {
        var rewrite = new Rewrite(Optional.empty(), new Rewrite.Path.Full(path));
        return new RouteAction.Redirect(301, Optional.empty(), Optional.empty(), Optional.empty(), rewrite, stripQuery);
    }
}
