package io.heddle.traffic.hash;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.re2j.Pattern;
import io.heddle.traffic.match.Cookies;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.request.TextRequest;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Hash functions against known values, and what of a request is hashed.
class HashTest {
    private static final Peer PEER = new Peer(
            new InetSocketAddress("10.1.2.3", 4567),
            new InetSocketAddress("10.0.0.1", 80),
            false,
            Optional.empty(),
            Optional.empty());

    private final RequestHash hash = new RequestHash();

    @ParameterizedTest
    @CsvSource({
        "'', 0, EF46DB3751D8E999",
        "'a', 0, D24EC4F1A98C6E5B",
        "'abc', 0, 44BC2CF5AD770999",
        "'Nobody inspects the spammish repetition', 0, FBCEA83C8A378BF1"
    })
    void xxh64_is_what_its_specification_says(String text, long seed, String expected) {
        assertThat(XxHash64.hash(text, seed)).isEqualTo(Long.parseUnsignedLong(expected, 16));
    }

    @ParameterizedTest
    @CsvSource({"foo, 85a8e535edf11e5a", "10.0.0.1:80_0, bd8f6461ecffb28c", "0123456789abcdef, 934b0d760642ed86"})
    void murmur_is_what_gnus_library_says(String text, String expected) {
        assertThat(MurmurHash2.hash(text.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Long.parseUnsignedLong(expected, 16));
    }

    private static long xx(String text) {
        return XxHash64.hash(text, 0);
    }

    private RequestHash of(TextRequest head, HashPolicy... policies) {
        hash.compute(List.of(policies), head, PEER);
        return hash;
    }

    private static HashPolicy header(String name) {
        return new HashPolicy.Header(HeaderName.of(name), Optional.empty(), false);
    }

    @Test
    void a_headers_value_is_hashed_and_several_in_any_order() {
        assertThat(of(TextRequest.get("a", "/", "x-user", "ann"), header("x-user"))
                        .value())
                .isEqualTo(xx("ann"));
        long one = of(TextRequest.get("a", "/", "x-user", "ann", "x-user", "bob"), header("x-user"))
                .value();
        long other = of(TextRequest.get("a", "/", "x-user", "bob", "x-user", "ann"), header("x-user"))
                .value();
        assertThat(one).isEqualTo(other).isEqualTo(XxHash64.hash("bob", xx("ann")));
        assertThat(of(TextRequest.get("a", "/"), header("x-user")).isPresent()).isFalse();
    }

    @Test
    void parts_of_the_request_are_hashed_by_their_names() {
        var head = TextRequest.get("a.test", "/shop?x=1");
        assertThat(of(head, header(":path")).value()).isEqualTo(xx("/shop?x=1"));
        assertThat(of(head, header(":authority")).value()).isEqualTo(xx("a.test"));
        assertThat(of(head, header("host")).value()).isEqualTo(xx("a.test"));
        assertThat(of(head, header(":method")).value()).isEqualTo(xx("GET"));
    }

    @Test
    void a_headers_value_can_be_rewritten_before() {
        var rewriting = new HashPolicy.Rewriting(Pattern.compile("^([^@]+)@.*$"), "$1");
        var policy = new HashPolicy.Header(HeaderName.of("x-user"), Optional.of(rewriting), false);
        assertThat(of(TextRequest.get("a", "/", "x-user", "ann@x.test"), policy).value())
                .isEqualTo(xx("ann"));
    }

    @Test
    void the_clients_address_is_hashed_without_its_port() {
        assertThat(of(TextRequest.get("a", "/"), new HashPolicy.SourceAddress(false))
                        .value())
                .isEqualTo(xx("10.1.2.3"));
    }

    @ParameterizedTest
    @CsvSource({
        "/p?user=ann, ann",
        "/p?other=1&user=ann&user=bob, ann",
        "/p?user=a%20b#x, a%20b",
        "/p?user, ''",
        "/p?user=, ''"
    })
    void a_query_parameters_first_value_is_hashed_as_written(String path, String value) {
        assertThat(of(TextRequest.get("a", path), new HashPolicy.Query("user", false))
                        .value())
                .isEqualTo(xx(value));
    }

    @ParameterizedTest
    @CsvSource({"/user=ann", "/p?users=ann", "/p#?user=ann", "/p?x=user=ann", "/p?"})
    void a_query_parameter_that_is_not_there_adds_nothing(String path) {
        assertThat(of(TextRequest.get("a", path), new HashPolicy.Query("user", false))
                        .isPresent())
                .isFalse();
    }

    @Test
    void several_policies_are_mixed_until_a_terminal_one_has_said_something() {
        var request = TextRequest.get("a", "/?q=1", "x-user", "ann");
        var terminal = new HashPolicy.Header(HeaderName.of("x-user"), Optional.empty(), true);
        var query = new HashPolicy.Query("q", false);
        assertThat(of(request, header("x-user"), query).value()).isEqualTo(Long.rotateLeft(xx("ann"), 1) ^ xx("1"));
        assertThat(of(request, terminal, query).value()).isEqualTo(xx("ann"));
        assertThat(of(TextRequest.get("a", "/?q=1"), terminal, query).value()).isEqualTo(xx("1"));
        assertThat(of(request, header("x-user"), header("x-user")).value()).isNotZero();
    }

    @Test
    void a_cookie_is_hashed_or_made() {
        var made = new NewCookie(
                "session",
                Duration.ofMinutes(5),
                "/shop",
                List.of(new NewCookie.Attribute("SameSite", Optional.of("Strict"))));
        var policy = new HashPolicy.Cookie("session", Optional.of(made), false);
        assertThat(of(TextRequest.get("a", "/", "cookie", "x=1; session=\"abc\""), policy)
                        .value())
                .isEqualTo(xx("abc"));
        assertThat(hash.cookies()).isEmpty();
        long first = of(TextRequest.get("a", "/"), policy).value();
        assertThat(hash.cookies())
                .singleElement()
                .asString()
                .matches("session=\"[0-9a-f]{16}\"; Max-Age=300; Path=/shop; SameSite=Strict; HttpOnly");
        var value = hash.cookies().getFirst().substring(9, 25);
        long second = of(TextRequest.get("a", "/", "cookie", "session=" + value), policy)
                .value();
        assertThat(second).isEqualTo(first);
        assertThat(of(TextRequest.get("a", "/"), new HashPolicy.Cookie("session", Optional.empty(), false))
                        .isPresent())
                .isFalse();
    }

    @FuzzTest
    void cookies_and_queries_are_found_within_what_came(byte[] bytes) {
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        var request = TextRequest.get("a", "/" + text, "cookie", text);
        long found = Cookies.value(request, "a");
        if (Span.isPresent(found)) {
            assertThat(Span.text(request.bytes(), found)).doesNotContain(";");
        }
        hash.compute(
                List.of(new HashPolicy.Query("a", false), new HashPolicy.Cookie("a", Optional.empty(), false)),
                request,
                PEER);
    }
}
