package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.proxy.listen.ClientHelloReader.Result;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHelloReaderTest {
    private static Result read(ClientHelloReader reader, byte[] bytes) {
        return reader.read(Unpooled.wrappedBuffer(bytes));
    }

    /// Feeds the bytes one after the other, as a slow client does.
    private static Result slowly(ClientHelloReader reader, byte[] bytes) {
        var seen = Unpooled.buffer();
        var result = Result.MORE;
        for (int i = 0; i < bytes.length && result == Result.MORE; i++) {
            seen.writeByte(bytes[i]);
            result = reader.read(seen);
        }
        return result;
    }

    @Test
    void reads_what_the_jdk_sends() {
        var reader = new ClientHelloReader();
        assertThat(read(reader, Hellos.real("API.shop.example", "h2", "http/1.1")))
                .isEqualTo(Result.FOUND);
        assertThat(reader.serverName()).isEqualTo("api.shop.example");
        assertThat(reader.protocols()).containsExactly("h2", "http/1.1");
    }

    @Test
    void reads_a_hello_without_name_and_protocols() {
        var reader = new ClientHelloReader();
        assertThat(read(reader, Hellos.real(""))).isEqualTo(Result.FOUND);
        assertThat(reader.serverName()).isEmpty();
        assertThat(reader.protocols()).isEmpty();
    }

    @Test
    void reads_what_a_client_can_check() {
        var reader = new ClientHelloReader();
        assertThat(read(reader, Hellos.real("a.example"))).isEqualTo(Result.FOUND);
        assertThat(reader.hello().serverName()).isEqualTo("a.example");
        assertThat(reader.hello().saysVersions()).isTrue();
        assertThat(reader.hello().suites()).contains(0x1301, 0xc02b, 0xc02f);
        assertThat(reader.hello().groups()).contains(23, 29);
        assertThat(reader.hello().signatures()).contains(0x0403, 0x0804);
    }

    @Test
    void lists_that_make_no_sense_are_empty() {
        var message = Hellos.message(
                Hellos.extension(10, new byte[] {0, 4, 0, 23}),
                Hellos.extension(13, Hellos.sized(2, new byte[] {4, 3, 8})));
        var reader = new ClientHelloReader();
        assertThat(read(reader, Hellos.records(message, 16_384))).isEqualTo(Result.FOUND);
        assertThat(reader.hello().suites()).containsExactly(0x0a0a, 0x1301);
        assertThat(reader.hello().saysVersions()).isFalse();
        assertThat(reader.hello().groups()).isEmpty();
        assertThat(reader.hello().signatures()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 100, 16_384})
    void reads_a_hello_in_many_records_and_many_reads(int size) {
        var message = Hellos.message(Hellos.serverName("a.example"), Hellos.protocols("h2"));
        var reader = new ClientHelloReader();
        assertThat(slowly(reader, Hellos.records(message, size))).isEqualTo(Result.FOUND);
        assertThat(reader.serverName()).isEqualTo("a.example");
    }

    @Test
    void passes_over_grease() {
        var message = Hellos.message(
                Hellos.extension(0x1a1a, new byte[0]),
                Hellos.protocols("\u00ca\u00ca", "h2"),
                Hellos.serverName("a.example"),
                Hellos.extension(0xfafa, new byte[] {0}));
        var reader = new ClientHelloReader();
        assertThat(read(reader, Hellos.records(message, 16_384))).isEqualTo(Result.FOUND);
        assertThat(reader.serverName()).isEqualTo("a.example");
        assertThat(reader.protocols()).containsExactly("\u00ca\u00ca", "h2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n", "\u0016\u0002\u0001", "\u0015\u0003\u0001\0\u0002", "\0"})
    void knows_what_is_no_tls_at_once(String text) {
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(read(new ClientHelloReader(), bytes)).isEqualTo(Result.NOT_TLS);
    }

    @Test
    void another_handshake_message_is_no_hello() {
        var message = Hellos.message();
        message[0] = 2;
        assertThat(read(new ClientHelloReader(), Hellos.records(message, 16_384)))
                .isEqualTo(Result.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\0b", "a b", "caf\u00e9"})
    void refuses_names_that_no_host_has(String name) {
        var message = Hellos.message(Hellos.serverName(name));
        assertThat(read(new ClientHelloReader(), Hellos.records(message, 16_384)))
                .isEqualTo(Result.MALFORMED);
    }

    @Test
    void refuses_two_names_and_two_lists_of_protocols() {
        for (var message : new byte[][] {
            Hellos.message(Hellos.serverName("a.example"), Hellos.serverName("b.example")),
            Hellos.message(Hellos.protocols("h2"), Hellos.protocols("http/1.1"))
        }) {
            assertThat(read(new ClientHelloReader(), Hellos.records(message, 16_384)))
                    .isEqualTo(Result.MALFORMED);
        }
    }

    @Test
    void holds_no_more_than_one_hello_of_16_kib() {
        var message = Hellos.message(Hellos.extension(21, new byte[10_000]), Hellos.extension(21, new byte[10_000]));
        assertThat(slowly(new ClientHelloReader(), Hellos.records(message, 16_384)))
                .isEqualTo(Result.TOO_LARGE);
    }

    @Test
    void a_hello_cut_short_waits_for_the_rest() {
        var bytes = Hellos.real("a.example");
        for (int length = 0; length < bytes.length; length++) {
            assertThat(read(new ClientHelloReader(), Arrays.copyOf(bytes, length)))
                    .isEqualTo(Result.MORE);
        }
    }

    @Test
    void answers_the_same_however_broken_bytes_arrive() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var good = Hellos.records(
                Hellos.message(
                        Hellos.serverName("a.example"),
                        Hellos.protocols("h2"),
                        Hellos.extension(10, Hellos.sized(2, new byte[] {0, 23, 0, 29})),
                        Hellos.extension(13, Hellos.sized(2, new byte[] {4, 3, 8, 4})),
                        Hellos.extension(43, Hellos.sized(1, new byte[] {3, 4}))),
                50);
        for (int i = 0; i < 5_000; i++) {
            var bytes = good.clone();
            for (int j = 0; j <= random.nextInt(3); j++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            compare(bytes);
        }
    }

    @FuzzTest(maxDuration = "10s")
    void answers_the_same_however_bytes_arrive(byte[] bytes) {
        compare(bytes);
    }

    private static void compare(byte[] bytes) {
        var whole = new ClientHelloReader();
        var pieces = new ClientHelloReader();
        var result = slowly(pieces, bytes);
        assertThat(result).isEqualTo(bytes.length == 0 ? Result.MORE : read(whole, bytes));
        if (result == Result.FOUND) {
            assertThat(pieces.hello()).isEqualTo(whole.hello());
        }
        assertThat(pieces.serverName()).isEqualTo(whole.serverName());
        assertThat(pieces.protocols()).isEqualTo(whole.protocols());
    }
}
