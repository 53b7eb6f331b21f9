package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpInspectorTest {
    private static final InetSocketAddress PLACE = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 80);

    static Arrival arrival() {
        var channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress localAddress0() {
                return PLACE;
            }

            @Override
            protected SocketAddress remoteAddress0() {
                return PLACE;
            }
        };
        return Arrival.of(channel).orElseThrow();
    }

    /// What is found in the bytes as they come one by one: a protocol, nothing, or `more`.
    private static String slowly(byte[] bytes) {
        var arrival = arrival();
        var inspector = new HttpInspector(new ListenerStats());
        var seen = Unpooled.buffer();
        for (byte octet : bytes) {
            seen.writeByte(octet);
            if (inspector.inspect(seen, arrival) == Inspector.Verdict.DONE) {
                return arrival.plaintextProtocol();
            }
        }
        return "more";
    }

    private static String atOnce(byte[] bytes) {
        var arrival = arrival();
        var verdict = new HttpInspector(new ListenerStats()).inspect(Unpooled.wrappedBuffer(bytes), arrival);
        return verdict == Inspector.Verdict.DONE ? arrival.plaintextProtocol() : "more";
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1\\r\\n|http/1.1",
                "GET / HTTP/1.0\\r\\n|http/1.0",
                "OPTIONS * HTTP/1.1\\n|http/1.1",
                "M-SEARCH * HTTP/1.1 \\r\\n|http/1.1",
                "GET /a b HTTP/1.1\\r\\n|http/1.1",
                "GET / HTTP/1.7\\r\\n|http/1.0",
                "PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n|h2c",
                "PRI * HTTP/2.0\\r\\n\\r\\nXX|http/1.0",
                "PRIVATE / HTTP/1.1\\r\\n|http/1.1",
                "EHLO example.com\\r\\n|''",
                "*1\\r\\n$4\\r\\nPING\\r\\n|''",
                "get key\\r\\n|''",
                "get /key\\r\\n|''",
                "GET key\\r\\n|''",
                "SET /key value\\r\\n|''",
                "CONNECT {'url':'nats://a'}\\r\\n|''",
                "OPTIONS rtsp://a/ RTSP/1.0\\r\\n|''",
                "GET / HTTP/2.0\\r\\n|http/1.0",
                "GET / HTTP/0.9\\r\\n|http/1.0",
                "GET / HTTP/1.10\\r\\n|''",
                "GET /\\r\\n|http/1.0",
                "GET / \\n|http/1.0",
                "OPTIONS *\\r\\n|http/1.0",
                "GET http://a/\\r\\n|http/1.0",
                "GET\\t/\\tHTTP/1.1\\r\\n|http/1.1",
                "GET /\\0 HTTP/1.1\\r\\n|http/1.1",
                "GET /\\0|more",
                "GET key\\0|''",
                "GET \\0|''",
                "GET\\r\\n|''",
                "GET \\r\\n|''",
                "\\r\\n|''",
                "GET / HTTP/1.1|more"
            })
    void tells_http_from_other_protocols(String text, String protocol) {
        var bytes = octets(text.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\0", "\0"));
        assertThat(slowly(bytes)).isEqualTo(protocol);
        assertThat(atOnce(bytes)).isEqualTo(protocol);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0x16, 0x80, 0xff, ' ', '(', '{', '"'})
    void decides_at_the_first_octet_that_no_method_holds(int octet) {
        assertThat(atOnce(new byte[] {(byte) octet})).isEmpty();
    }

    @Test
    void waits_for_64_kib_of_a_line_and_no_longer() {
        assertThat(atOnce(octets("GET /" + "x".repeat(60_000)))).isEqualTo("more");
        assertThat(atOnce(octets("GET /" + "x".repeat(70_000)))).isEmpty();
        assertThat(atOnce(octets("G".repeat(65)))).isEmpty();
        assertThat(atOnce(octets("GET " + " ".repeat(30_000) + "/" + "\0".repeat(30_000))))
                .isEqualTo("more");
    }

    @Test
    void does_not_look_into_tls() {
        var arrival = arrival();
        arrival.tls("a.example", java.util.List.of("h2"));
        assertThat(new HttpInspector(new ListenerStats())
                        .inspect(Unpooled.wrappedBuffer(octets("GET / HTTP/1.1\r\n")), arrival))
                .isEqualTo(Inspector.Verdict.DONE);
        assertThat(arrival.info().applicationProtocols()).containsExactly("h2");
    }

    @FuzzTest(maxDuration = "10s")
    void answers_the_same_however_bytes_arrive(byte[] bytes) {
        var pieces = slowly(bytes);
        assertThat(bytes.length == 0 ? "more" : atOnce(bytes)).isEqualTo(pieces);
    }
}
