package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.heddle.traffic.runtime.Listener;
import io.heddle.traffic.runtime.ListenerChain.Match;
import io.heddle.traffic.runtime.ListenerFilter;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Redirected connections, with real rules in a network namespace of their own. The proxy runs there as a process that
/// [#main] begins; curl asks it.
class OriginalDestinationTest {
    private static final String REDIRECT4 =
            "iptables -t nat -A OUTPUT -p tcp -d 198.51.100.0/24 -j REDIRECT --to-ports 15001";
    private static final String REDIRECT6 =
            "ip6tables -t nat -A OUTPUT -p tcp -d 2001:db8::/32 -j REDIRECT --to-ports 15001";
    private static final String TPROXY4 = "sysctl -qw net.ipv4.conf.lo.rp_filter=0 net.ipv4.conf.all.rp_filter=0"
            + " net.ipv4.conf.lo.route_localnet=1;"
            + "iptables -t mangle -A OUTPUT -p tcp -d 198.51.100.0/24 -j MARK --set-mark 1;"
            + "iptables -t mangle -A PREROUTING -p tcp -d 198.51.100.0/24 -m mark --mark 1"
            + " -j TPROXY --on-port 15001 --on-ip 127.0.0.1;"
            + "ip rule add fwmark 1 lookup 100; ip route add local 0.0.0.0/0 dev lo table 100";

    @Test
    void a_redirected_connection_comes_to_the_listener_of_its_destination() throws Exception {
        assertThat(statuses(
                        "REDIRECT",
                        REDIRECT4 + "; " + REDIRECT6,
                        "198.51.100.7:80 198.51.100.7:81 198.51.100.7:82 [2001:db8::7]:80 127.0.0.1:15001"))
                .isEqualTo("207 208 209 210 209 ");
    }

    @Test
    void a_transparent_listener_takes_foreign_addresses_as_they_are() throws Exception {
        assertThat(statuses("TPROXY", TPROXY4, "198.51.100.7:80 198.51.100.7:81 198.51.100.7:82"))
                .isEqualTo("207 208 209 ");
    }

    private static String statuses(String how, String rules, String targets) throws Exception {
        assumeThat(Epoll.isAvailable()).isTrue();
        assumeThat(namespaces()).as("root, unshare, iptables and curl").isTrue();
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var proxy =
                java + " --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp \"$CLASSPATH\" "
                        + OriginalDestinationTest.class.getName() + " " + how;
        return run("set -e; ip link set lo up; ip addr add 10.0.0.1/32 dev lo;"
                + " ip route add default dev lo src 10.0.0.1; ip -6 route add default dev lo; " + rules
                + "; exec 3< <(" + proxy + "); pid=$!; trap 'kill $pid' EXIT; line=;"
                + " until test \"$line\" = open; do read -r line <&3; done;"
                + " for target in " + targets + "; do"
                + " curl -s -g -m 10 -o /dev/null -w '%{http_code} ' http://$target/ || true; done");
    }

    private static boolean namespaces() throws IOException, InterruptedException {
        var check =
                "command -v iptables ip6tables curl ip >/dev/null && iptables -t nat -L >/dev/null 2>&1 && echo yes";
        var answer = run(check);
        if (!answer.strip().equals("yes")) {
            System.err.println("SKIPPED: redirected connections need root, unshare, iptables and curl: " + answer);
        }
        return answer.strip().equals("yes");
    }

    private static String run(String script) throws IOException, InterruptedException {
        var builder = new ProcessBuilder("unshare", "-n", "bash", "-c", script)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        var process = builder.start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    /// A listener on port 15001 that hands off, and listeners of port 80 at one address, 81 at all, and of IPv6.
    public static void main(String[] args) throws InterruptedException {
        var standard = Listener.Sockets.DEFAULT;
        boolean transparent = args[0].equals("TPROXY");
        var sockets = new Listener.Sockets(
                true, transparent, false, true, standard.backlog(), standard.acceptsPerEvent(), 0, false, false);
        var places = new ArrayList<Listener.Address>();
        places.add(Listener.Address.of("127.0.0.1", 15001));
        if (!transparent) {
            places.add(Listener.Address.of("::1", 15001));
        }
        var in = Listening.in(Listening.answer(Match.ANY, 209))
                .withAddresses(places.toArray(Listener.Address[]::new))
                .withSockets(sockets)
                .withInspection(Listener.Inspection.of(new ListenerFilter.OriginalDestination()))
                .handingOff();
        var one = unbound("one", "198.51.100.7", 80, 207);
        var all = unbound("all", "0.0.0.0", 81, 208);
        var six = unbound("six", "2001:db8::7", 80, 210);
        var proxy = new RunningProxy(Listening.config(List.of(in, one, all, six)));
        System.out.println(proxy.problems.isEmpty() ? "open" : proxy.problems);
        var _ = new CountDownLatch(1).await(60, TimeUnit.SECONDS); // ended by the script, or left behind no longer
    }

    private static Listener unbound(String name, String address, int port, int status) {
        return Listener.of(name, address, port, List.of(Listening.answer(Match.ANY, status)))
                .withSockets(Listener.Sockets.UNBOUND);
    }

    @Test
    void reads_the_kernels_addresses() {
        var four = ByteBuffer.wrap(new byte[] {2, 0, 0, 80, (byte) 198, 51, 100, 7, 0, 0, 0, 0, 0, 0, 0, 0});
        assertThat(OriginalDestination.address(four, true))
                .contains(new InetSocketAddress(InetAddress.ofLiteral("198.51.100.7"), 80));
        var six = new byte[28];
        six[2] = 1;
        six[3] = 2;
        six[8] = 0x20;
        six[9] = 1;
        six[23] = 7;
        assertThat(OriginalDestination.address(ByteBuffer.wrap(six), false))
                .contains(new InetSocketAddress(InetAddress.ofLiteral("2001::7"), 258));
        assertThat(OriginalDestination.address(ByteBuffer.allocate(4), true)).isEmpty();
    }
}
