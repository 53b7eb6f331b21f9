package io.heddle.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.proxy.http.HeadResult;
import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.request.Span;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The request parser against a naive one made of string splitting, and against itself with the bytes in pieces.
@SuppressWarnings("StringSplitter")
class HeadFuzzTest {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final String AUTHORITY =
            "(\\[[0-9A-Fa-f:.]+]|([!$&'()*+,.;=_~0-9A-Za-z-]|%[0-9A-Fa-f]{2})+)(:[0-9]*)?";

    @FuzzTest(maxDuration = "10s")
    void reads_like_the_naive_parser(byte[] input) {
        check(input);
    }

    @Test
    void reads_mutated_requests_like_the_naive_parser() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var parts = List.of(
                "GET ",
                "POST ",
                "/",
                "/a?b",
                "http://h/x",
                "http://h?x",
                "http://[::1]:8?x",
                "http://h:x?x",
                "http://h",
                " HTTP/1.1\r\n",
                " HTTP/1.0\r\n",
                "Host: a\r\n",
                "host:b:80\r\n",
                "Host: [::1]:80\r\n",
                "Host: [::1\r\n",
                "Host: a:b\r\n",
                "Host: a%2\r\n",
                "Content-Length: 5\r\n",
                "content-length: 05\r\n",
                "Transfer-Encoding: chunked\r\n",
                "X: y\t \r\n",
                " folded\r\n",
                "Bad : v\r\n",
                "N:\r\n",
                "\r\n",
                "\n",
                "\r",
                "\0",
                "é",
                ":",
                "Connection: x, close\r\n");
        for (int i = 0; i < 50_000; i++) {
            var text = new StringBuilder();
            if (random.nextInt(3) > 0) {
                text.append("GET / HTTP/1.1\r\nHost: a\r\n");
            }
            int size = random.nextInt(8);
            for (int part = 0; part < size; part++) {
                text.append(parts.get(random.nextInt(parts.size())));
            }
            text.append(random.nextBoolean() ? "\r\n" : "");
            check(text.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static void check(byte[] input) {
        var whole = new Http1RequestReader(4096, 20);
        whole.clear();
        var all = Unpooled.wrappedBuffer(input);
        var result = whole.read(all);
        var pieces = new Http1RequestReader(4096, 20);
        pieces.clear();
        var byByte = HeadResult.MORE;
        for (int i = 0; i < input.length && byByte == HeadResult.MORE; i++) {
            byByte = pieces.read(Unpooled.wrappedBuffer(input, i, 1));
        }
        if (result != HeadResult.DONE) {
            assertThat(byByte).isNotEqualTo(HeadResult.DONE);
            return;
        }
        assertThat(byByte).isEqualTo(HeadResult.DONE);
        int size = input.length - all.readableBytes();
        var naive = naive(new String(input, 0, size, StandardCharsets.ISO_8859_1));
        assertThat(naive).as(() -> Arrays.toString(input)).isPresent();
        var lines = new ArrayList<String>();
        for (int i = 0; i < whole.head().headerCount(); i++) {
            lines.add(Span.text(whole.head().bytes(), whole.head().headerName(i)) + "="
                    + Span.text(whole.head().bytes(), whole.head().headerValue(i)));
        }
        assertThat(lines).isEqualTo(naive.get());
        target(new String(input, 0, size, StandardCharsets.ISO_8859_1).stripLeading(), whole.head());
    }

    /// Path and authority of an absolute target, found by cutting its text.
    private static void target(String text, HttpRequestHead head) {
        var target = text.split(" ", -1)[1];
        if (head.connect() || !target.startsWith("http")) {
            return;
        }
        var rest = target.substring(target.indexOf("//") + 2);
        var authority = rest.split("[/?]", -1)[0];
        var path = rest.substring(authority.length());
        assertThat(authority).matches(AUTHORITY);
        assertThat(Span.text(head.bytes(), head.authority())).isEqualTo(authority);
        assertThat(Span.text(head.bytes(), head.path())).isEqualTo(path.startsWith("/") ? path : "/" + path);
    }

    /// The header lines of a head that is good by the RFC's letter; empty when it is not.
    private static Optional<List<String>> naive(String head) {
        var text = head.startsWith("\r\n") ? head.substring(2) : head;
        var lines = text.split("\r\n", -1);
        boolean start = lines[0].matches(TOKEN + " [\\x21\\x22\\x24-\\x7e]+ HTTP/1\\.[01]");
        if (!start || !text.endsWith("\r\n\r\n")) {
            return Optional.empty();
        }
        var found = new ArrayList<String>();
        int hosts = 0;
        int lengths = 0;
        int codings = 0;
        for (int i = 1; i < lines.length - 2; i++) {
            if (!lines[i].matches("(?s)" + TOKEN + ":[\\t\\x20-\\x7e\\x80-\\xff]*")) {
                return Optional.empty();
            }
            int colon = lines[i].indexOf(':');
            var name = lines[i].substring(0, colon);
            var value = lines[i].substring(colon + 1).replaceAll("^[ \\t]+|[ \\t]+$", "");
            found.add(name + "=" + value);
            switch (name.toLowerCase(Locale.ROOT)) {
                case "host" -> hosts += value.matches(AUTHORITY) ? 1 : 9;
                case "content-length" -> lengths += value.matches("[0-9]+") ? 1 : 9;
                case "transfer-encoding" -> codings += value.equalsIgnoreCase("chunked") ? 1 : 9;
                default -> {
                    continue;
                }
            }
        }
        boolean hosted = hosts == 1 || (hosts == 0 && lines[0].endsWith("1.0"));
        return hosted && lengths + codings <= 1 ? Optional.of(found) : Optional.empty();
    }
}
