package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10};
    private static final byte[] IPV4 = {(byte) 203, 0, 113, 7, 10, 0, 0, 1, 0x30, 0x39, 1, (byte) 0xbb};

    private static ProxyHeader read(byte[] bytes) {
        return ProxyHeader.read(Unpooled.wrappedBuffer(bytes));
    }

    private static ProxyHeader read(String line) {
        return read(line.getBytes(StandardCharsets.ISO_8859_1));
    }

    static byte[] binary(int command, int family, byte[]... parts) {
        var body = new ByteArrayOutputStream();
        for (var part : parts) {
            body.writeBytes(part);
        }
        var out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        out.write(command);
        out.write(family);
        out.writeBytes(Hellos.sized(2, body.toByteArray()));
        return out.toByteArray();
    }

    private static byte[] tlv(int type, byte[] value) {
        var out = new ByteArrayOutputStream();
        out.write(type);
        out.writeBytes(Hellos.sized(2, value));
        return out.toByteArray();
    }

    private static Optional<ProxyHeader.Addresses> told(String source, int port, String destination, int other) {
        return Optional.of(new ProxyHeader.Addresses(
                new InetSocketAddress(InetAddress.ofLiteral(source), port),
                new InetSocketAddress(InetAddress.ofLiteral(destination), other)));
    }

    @Test
    void reads_a_line_of_version_1() {
        var line = "PROXY TCP4 203.0.113.7 10.0.0.1 12345 443\r\n";
        assertThat(read(line + "GET /"))
                .isEqualTo(new ProxyHeader.Found(1, line.length(), told("203.0.113.7", 12345, "10.0.0.1", 443)));
        var six = "PROXY TCP6 2001:db8::7 ::1 0 65535\r\n";
        assertThat(read(six)).isEqualTo(new ProxyHeader.Found(1, six.length(), told("2001:db8::7", 0, "::1", 65535)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN anything at all\r\n"})
    void an_unknown_client_keeps_its_address(String line) {
        assertThat(read(line)).isEqualTo(new ProxyHeader.Found(1, line.length(), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 203.0.113.7 10.0.0.1 12345 443\n",
                "PROXY TCP4 203.0.113.7 10.0.0.1 12345\r\n",
                "PROXY TCP4 203.0.113.7 10.0.0.1 12345 443 1\r\n",
                "PROXY TCP4 203.0.113.7 10.0.0.1 012 443\r\n",
                "PROXY TCP4 203.0.113.7 10.0.0.1 65536 443\r\n",
                "PROXY TCP4 203.0.113.256 10.0.0.1 1 443\r\n",
                "PROXY TCP4 example.com 10.0.0.1 1 443\r\n",
                "PROXY TCP4 ::1 ::1 1 443\r\n",
                "PROXY TCP6 10.0.0.1 10.0.0.1 1 443\r\n",
                "PROXY TCP6 fe80::1%eth0 ::1 1 443\r\n",
                "PROXY tcp4 203.0.113.7 10.0.0.1 1 443\r\n",
                "PROXY  TCP4 203.0.113.7 10.0.0.1 1 443\r\n",
                "PROXY UNKNOWNX\r\n"
            })
    void refuses_a_line_that_is_not_quite_right(String line) {
        assertThat(read(line)).isInstanceOf(ProxyHeader.Malformed.class);
    }

    @Test
    void waits_for_107_bytes_of_a_line_and_not_longer() {
        var line = "PROXY UNKNOWN " + "x".repeat(200);
        assertThat(read(line.substring(0, 106))).isInstanceOf(ProxyHeader.More.class);
        assertThat(read(line.substring(0, 107))).isInstanceOf(ProxyHeader.Malformed.class);
    }

    @Test
    void reads_version_2_with_both_families() {
        assertThat(read(binary(0x21, 0x11, IPV4)))
                .isEqualTo(new ProxyHeader.Found(2, 28, told("203.0.113.7", 12345, "10.0.0.1", 443)));
        var six = new byte[36];
        six[15] = 1;
        six[31] = 2;
        six[33] = 80;
        assertThat(read(binary(0x21, 0x21, six))).isEqualTo(new ProxyHeader.Found(2, 52, told("::1", 80, "::2", 0)));
    }

    @ParameterizedTest
    @CsvSource({"32, 17", "32, 0", "33, 0", "33, 49"})
    void a_header_that_tells_nothing_keeps_the_address(int command, int family) {
        assertThat(read(binary(command, family, new byte[5])))
                .isEqualTo(new ProxyHeader.Found(2, 21, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({"34, 17", "17, 17", "33, 18", "33, 34", "33, 65", "33, 16"})
    void refuses_other_commands_families_and_datagrams(int command, int family) {
        assertThat(read(binary(command, family, new byte[216]))).isInstanceOf(ProxyHeader.Malformed.class);
    }

    @Test
    void refuses_addresses_that_do_not_fit() {
        assertThat(read(binary(0x21, 0x11, new byte[11]))).isInstanceOf(ProxyHeader.Malformed.class);
        assertThat(read(binary(0x21, 0x21, new byte[35]))).isInstanceOf(ProxyHeader.Malformed.class);
    }

    @Test
    void reads_past_tlvs_and_checks_their_lengths() {
        assertThat(read(binary(0x21, 0x11, IPV4, tlv(4, new byte[3]), tlv(0xe0, new byte[0]))))
                .isEqualTo(new ProxyHeader.Found(2, 37, told("203.0.113.7", 12345, "10.0.0.1", 443)));
        assertThat(read(binary(0x21, 0x11, IPV4, new byte[] {4, 0}))).isInstanceOf(ProxyHeader.Malformed.class);
        assertThat(read(binary(0x21, 0x11, IPV4, new byte[] {4, 0, 9, 1}))).isInstanceOf(ProxyHeader.Malformed.class);
    }

    @Test
    void verifies_the_checksum() {
        var header = binary(0x21, 0x11, IPV4, tlv(3, new byte[4]));
        assertThat(read(header)).isInstanceOf(ProxyHeader.Malformed.class);
        var checksum = new CRC32C();
        checksum.update(header);
        for (int i = 0; i < 4; i++) {
            header[header.length - 4 + i] = (byte) (checksum.getValue() >> (24 - 8 * i));
        }
        assertThat(read(header)).isInstanceOf(ProxyHeader.Found.class);
    }

    @Test
    void refuses_a_header_longer_than_the_limit_before_it_comes() {
        var header = binary(0x21, 0x11, new byte[4097]);
        assertThat(read(Arrays.copyOf(header, 16))).isInstanceOf(ProxyHeader.Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n", "PROXYX", "PRI * HTTP/2.0", "\r\n\r\n\0\r\nQUIX"})
    void knows_what_has_no_header_at_once(String text) {
        assertThat(read(text)).isInstanceOf(ProxyHeader.Missing.class);
    }

    @Test
    void a_header_cut_short_waits_for_the_rest() {
        for (var header : new byte[][] {
            binary(0x21, 0x11, IPV4, tlv(4, new byte[3])),
            "PROXY TCP4 203.0.113.7 10.0.0.1 12345 443\r\n".getBytes(StandardCharsets.US_ASCII)
        }) {
            for (int length = 0; length < header.length; length++) {
                assertThat(read(Arrays.copyOf(header, length))).isInstanceOf(ProxyHeader.More.class);
            }
        }
    }

    @FuzzTest(maxDuration = "10s")
    void reads_any_bytes_within_its_bounds(byte[] bytes) {
        check(bytes);
        var signed = Arrays.copyOf(SIGNATURE, SIGNATURE.length + bytes.length);
        System.arraycopy(bytes, 0, signed, SIGNATURE.length, bytes.length);
        check(signed);
    }

    private static void check(byte[] bytes) {
        var seen = Unpooled.wrappedBuffer(bytes);
        var header = ProxyHeader.read(seen);
        assertThat(seen.readerIndex()).isZero();
        if (header instanceof ProxyHeader.Found(var version, var length, var _)) {
            assertThat(length).isLessThanOrEqualTo(bytes.length);
            assertThat(length).isLessThanOrEqualTo(version == 1 ? 107 : 16 + 4096);
        }
        if (header instanceof ProxyHeader.More) {
            assertThat(bytes.length).isLessThan(16 + 4096);
        }
    }
}
