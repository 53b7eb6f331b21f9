package io.heddle.traffic.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.traffic.filter.StatefulSessionFilter.SessionState;
import io.heddle.traffic.hash.NewCookie;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.TextRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The address of a session's host as clients keep it.
class StatefulSessionTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final SessionState COOKIE =
            new SessionState.Cookie(new NewCookie("stay", Duration.ofMinutes(1), "/shop/", List.of()));
    private static final SessionState HEADER = new SessionState.Header(HeaderName.of("x-session"));

    private static String value(SessionState state) {
        var told = SessionAddress.told(state, "10.0.0.1:8080", NOW).value();
        return told.contains("=\"") ? told.substring(told.indexOf('"') + 1, told.indexOf("\";")) : told;
    }

    private static TextRequest with(String cookie) {
        return TextRequest.get("a", "/shop/cart", "cookie", "stay=" + cookie);
    }

    @Test
    void what_a_client_was_told_names_its_host_until_its_time_is_over() {
        var request = with(value(COOKIE));
        assertThat(SessionAddress.of(COOKIE, request, NOW)).contains("10.0.0.1:8080");
        assertThat(SessionAddress.of(COOKIE, request, NOW + 59_000)).contains("10.0.0.1:8080");
        assertThat(SessionAddress.of(COOKIE, request, NOW + 60_000)).isEmpty();
        var byHeader = TextRequest.get("a", "/", "x-session", value(HEADER));
        assertThat(SessionAddress.of(HEADER, byHeader, NOW)).contains("10.0.0.1:8080");
    }

    @Test
    void a_cookie_has_envoys_form_and_its_older_one_is_understood() {
        // Field 1, 13 bytes of text; field 2, the number 1,700,000,060.
        assertThat(Base64.getDecoder().decode(value(COOKIE)))
                .startsWith(0x0a, 13)
                .endsWith(0x10, 0xbc, 0xe2, 0xcf, 0xaa, 0x06);
        var older = Base64.getEncoder().encodeToString("10.0.0.2:80".getBytes(StandardCharsets.US_ASCII));
        assertThat(SessionAddress.of(COOKIE, with(older), NOW)).contains("10.0.0.2:80");
    }

    @Test
    void what_has_no_such_form_names_nobody() {
        assertThat(SessionAddress.of(COOKIE, with("!!"), NOW)).isEmpty();
        assertThat(SessionAddress.of(COOKIE, with("x".repeat(301)), NOW)).isEmpty();
        assertThat(SessionAddress.of(COOKIE, TextRequest.get("a", "/shop/"), NOW))
                .isEmpty();
        assertThat(SessionAddress.of(COOKIE, TextRequest.get("a", "/other", "cookie", "stay=" + value(COOKIE)), NOW))
                .isEmpty();
    }

    @Test
    void what_has_the_form_is_an_address_though_no_host_has_it() {
        assertThat(SessionAddress.of(COOKIE, with("x".repeat(300)), NOW)).isPresent();
        assertThat(SessionAddress.of(HEADER, TextRequest.get("a", "/", "x-session", "A".repeat(3000)), NOW))
                .isPresent();
    }

    @Test
    void only_requests_that_bring_a_cookie_back_belong_to_its_session() {
        assertThat(SessionAddress.covers(COOKIE, TextRequest.get("a", "/shop/cart")))
                .isTrue();
        assertThat(SessionAddress.covers(COOKIE, TextRequest.get("a", "/shopping")))
                .isFalse();
        assertThat(SessionAddress.covers(HEADER, TextRequest.get("a", "/shopping")))
                .isTrue();
    }

    @FuzzTest
    void whatever_a_client_writes_is_an_address_or_none(byte[] bytes) {
        var encoded = Base64.getEncoder().encodeToString(bytes);
        SessionAddress.of(COOKIE, with(encoded), NOW)
                .ifPresent(address -> assertThat(address.length()).isLessThanOrEqualTo(bytes.length));
        var raw = new String(bytes, StandardCharsets.ISO_8859_1);
        SessionAddress.of(COOKIE, with(raw), NOW);
    }
}
