package io.heddle.proxy.upstream.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.request.Peer;
import io.heddle.traffic.runtime.Cluster.Announcement;
import io.netty.buffer.ByteBufUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The header that tells a host whose bytes follow, byte by byte.
class ProxyAnnouncementTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private static Optional<Peer> peer(String remote, String local) {
        return Optional.of(new Peer(
                new InetSocketAddress(InetAddress.ofLiteral(remote), 258),
                new InetSocketAddress(InetAddress.ofLiteral(local), 80),
                false,
                Optional.empty(),
                Optional.empty()));
    }

    private static String text(Optional<Peer> peer) {
        return ProxyAnnouncement.of(Announcement.PROXY_V1, peer).bytes().toString(StandardCharsets.US_ASCII);
    }

    private static String hex(Optional<Peer> peer) {
        return ByteBufUtil.hexDump(
                ProxyAnnouncement.of(Announcement.PROXY_V2, peer).bytes());
    }

    @Test
    void version_1_is_a_line() {
        assertThat(text(peer("10.0.0.1", "10.0.0.2"))).isEqualTo("PROXY TCP4 10.0.0.1 10.0.0.2 258 80\r\n");
        assertThat(text(peer("2001:db8::1", "::1")))
                .isEqualTo("PROXY TCP6 2001:db8:0:0:0:0:0:1 0:0:0:0:0:0:0:1 258 80\r\n");
        assertThat(text(Optional.empty())).isEqualTo("PROXY UNKNOWN\r\n");
        assertThat(text(peer("10.0.0.1", "::1"))).isEqualTo("PROXY UNKNOWN\r\n");
    }

    @Test
    void version_2_is_binary() {
        assertThat(hex(peer("10.0.0.1", "10.0.0.2"))).isEqualTo(SIGNATURE + "2111000c0a0000010a00000201020050");
        assertThat(hex(peer("2001:db8::1", "::1")))
                .isEqualTo(SIGNATURE + "21210024" + "20010db8000000000000000000000001"
                        + "00000000000000000000000000000001" + "01020050");
        assertThat(hex(Optional.empty())).isEqualTo(SIGNATURE + "20000000");
    }
}
