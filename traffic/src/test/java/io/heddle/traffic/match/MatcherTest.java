package io.heddle.traffic.match;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.TextRequest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MatcherTest {
    private static boolean matches(StringMatcher matcher, String text) {
        byte[] bytes = ("xx" + text + "yy").getBytes(StandardCharsets.UTF_8);
        return matcher.matches(bytes, 2, bytes.length - 2);
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8, 9})
    void texts_agree_with_java_on_generated_input(long seed) {
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            var value = text(random);
            var text = text(random);
            boolean fold = random.nextBoolean();
            var a = fold ? text.toLowerCase(Locale.ROOT) : text;
            var b = fold ? value.toLowerCase(Locale.ROOT) : value;
            check(new StringMatcher.Exact(value, fold), text, a.equals(b));
            check(new StringMatcher.Prefix(value, fold), text, a.startsWith(b));
            check(new StringMatcher.Suffix(value, fold), text, a.endsWith(b));
            check(new StringMatcher.Contains(value, fold), text, a.contains(b));
        }
    }

    private static void check(StringMatcher matcher, String text, boolean wanted) {
        assertThat(matches(matcher, text)).as("%s on %s", matcher, text).isEqualTo(wanted);
        assertThat(matcher.matches(text)).as("%s on text %s", matcher, text).isEqualTo(wanted);
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        int length = random.nextInt(4);
        for (int i = 0; i < length; i++) {
            text.append("abAB".charAt(random.nextInt(4)));
        }
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "u=1|true|the only one",
                "a=b; u=1|true|behind others",
                "u=2; u=1|false|the first counts",
                "u=\"1\"|true|quotes do not belong to it",
                "u=\"1|false|one alone does",
                "u=1 ; a=b|false|spaces behind it do",
                ";;  u=1;|true|empty ones and spaces before it are passed over",
                "U=1|false|names have a case",
                "u =1|false|a space before = belongs to the name",
                "u==1|false|a value may have =",
                "u; a=b|false|what has no = is none",
                "xu=1; u2=1|false|other names",
                "a=b,u=1|false|a comma ends nothing"
            })
    void a_cookie_is_the_first_of_its_name(String line, boolean fits, String reason) {
        var exact = new StringMatcher.Exact("1", false);
        var request = TextRequest.get("a", "/", "x-a", "u=1", "Cookie", line);
        assertThat(new CookieMatcher("u", exact, false).matches(request))
                .as(reason)
                .isEqualTo(fits);
        assertThat(new CookieMatcher("u", exact, true).matches(request))
                .as(reason)
                .isEqualTo(!fits);
    }

    @Test
    void a_cookie_may_stand_in_any_line_and_one_that_is_missing_fits_only_the_other_way_round() {
        var exact = new StringMatcher.Exact("1", false);
        var request = TextRequest.get("a", "/", "cookie", "a=b", "cookie", "u=1", "cookie", "u=2");
        assertThat(new CookieMatcher("u", exact, false).matches(request)).isTrue();
        assertThat(new CookieMatcher("v", exact, false).matches(request)).isFalse();
        assertThat(new CookieMatcher("v", new StringMatcher.Exact("", false), false).matches(request))
                .isFalse();
        assertThat(new CookieMatcher("v", exact, true).matches(request)).isTrue();
        assertThat(Wording.of(new CookieMatcher("v", exact, true))).isEqualTo("v: not exactly 1");
    }

    @ParameterizedTest
    @CsvSource({"/,false", "/?y=1,false", "/?x,true", "/?x=,true", "/?y&x=1,true"})
    void a_query_parameter_may_have_to_be_there_or_to_be_missing(String path, boolean there) {
        var request = TextRequest.get("a", path);
        assertThat(new QueryMatcher("x", Optional.empty(), true).matches(request))
                .isEqualTo(there);
        assertThat(new QueryMatcher("x", Optional.empty(), false).matches(request))
                .isEqualTo(!there);
        assertThat(Wording.of(new QueryMatcher("x", Optional.empty(), false))).isEqualTo("x: missing");
    }

    @Test
    void text_beyond_ascii_is_compared_by_its_octets() {
        assertThat(matches(new StringMatcher.Exact(StringMatcher.octets("café"), false), "café"))
                .isTrue();
    }

    @Test
    void a_pattern_must_fit_the_whole_text() {
        var matcher = new StringMatcher.Regex(Pattern.compile("a+"));
        assertThat(matches(matcher, "aaa")).isTrue();
        assertThat(matches(matcher, "aab")).isFalse();
        assertThat(matcher.matches("baa")).isFalse();
    }

    private static HeaderMatcher header(HeaderMatcher.Test test, boolean invert, boolean missingAsEmpty) {
        return new HeaderMatcher(HeaderName.of("x-role"), test, invert, missingAsEmpty);
    }

    @ParameterizedTest
    @CsvSource({
        // value of the header (none: -), inverted, missing as empty, fits `ops`
        "ops, false, false, true",
        "dev, false, false, false",
        "dev, true, false, true",
        "ops, true, false, false",
        "-, false, false, false",
        "-, true, false, false",
        "-, true, true, true",
        "-, false, true, false",
    })
    void a_missing_header_fits_no_value_unless_it_counts_as_empty(
            String value, boolean invert, boolean missingAsEmpty, boolean wanted) {
        var request = value.equals("-") ? TextRequest.get("h", "/") : TextRequest.get("h", "/", "X-Role", value);
        var test = new HeaderMatcher.Test.Value(new StringMatcher.Exact("ops", false));
        assertThat(header(test, invert, missingAsEmpty).matches(request)).isEqualTo(wanted);
    }

    @Test
    void presence_and_absence_are_told_apart() {
        var with = TextRequest.get("h", "/", "x-role", "");
        var without = TextRequest.get("h", "/");
        var present = new HeaderMatcher.Test.Present(true);
        var absent = new HeaderMatcher.Test.Present(false);
        assertThat(header(present, false, false).matches(with)).isTrue();
        assertThat(header(present, false, false).matches(without)).isFalse();
        assertThat(header(present, true, false).matches(without)).isTrue();
        assertThat(header(absent, false, false).matches(without)).isTrue();
        assertThat(header(absent, false, false).matches(with)).isFalse();
    }

    @Test
    void of_several_lines_any_may_fit_and_one_that_does_counts_when_turned_round() {
        var request = TextRequest.get("h", "/", "x-role", "ops", "other", "1", "X-ROLE", "dev");
        var second = new HeaderMatcher.Test.Value(new StringMatcher.Exact("dev", false));
        var both = new HeaderMatcher.Test.Value(new StringMatcher.Exact("ops,dev", false));
        assertThat(header(second, false, false).matches(request)).isTrue();
        assertThat(header(second, true, false).matches(request)).isFalse();
        assertThat(header(both, false, false).matches(request)).isFalse();
        assertThat(header(both, true, false).matches(request)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "5, true",
        "+5, true",
        "+, false",
        "10, false",
        "-1, false",
        "4, false",
        "'', false",
        "5x, false",
        "99999999999999999999, false"
    })
    void a_range_takes_whole_numbers_from_start_to_before_end(String value, boolean wanted) {
        var request = TextRequest.get("h", "/", "x-role", value);
        assertThat(header(new HeaderMatcher.Test.Range(5, 10), false, false).matches(request))
                .isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource({":method, PUT", ":path, /a?b", ":authority, shop:80", "host, shop:80"})
    void parts_of_the_request_are_matched_by_their_pseudo_names(String name, String value) {
        var request = TextRequest.of("PUT", "shop:80", "/a?b");
        var matcher = new HeaderMatcher(
                HeaderName.of(name), new HeaderMatcher.Test.Value(new StringMatcher.Exact(value, false)), false, false);
        assertThat(matcher.matches(request)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.1.2, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "192.168.4.0/23, 192.168.5.255, true",
        "192.168.4.0/23, 192.168.6.0, false",
        "0.0.0.0/0, 1.2.3.4, true",
        "1.2.3.4, 1.2.3.4, true",
        "1.2.3.4, 1.2.3.5, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "::/0, 1.2.3.4, false",
        "::1, ::1, true",
    })
    void address_ranges_fit_their_addresses(String range, String address, boolean wanted) throws Exception {
        var matcher = AddressMatcher.parse(range).orElseThrow();
        assertThat(matcher.matches(InetAddress.getByName(address))).isEqualTo(wanted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "localhost", "10.0.0.0/33", "10.0.0/8", "::/129", "1.2.3.4/x", "1.2.3.4/-1", "fe80::1%1"
            })
    void what_is_no_range_is_none(String text) {
        assertThat(AddressMatcher.parse(text)).isEmpty();
    }
}
