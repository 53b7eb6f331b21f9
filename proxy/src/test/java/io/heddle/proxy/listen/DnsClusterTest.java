package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heddle.proxy.dns.DnsServer;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.request.PeerMetadata;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.DnsPolicy;
import io.heddle.traffic.runtime.DnsResolution;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Clusters of names over a real DNS server and real hosts.
@EnabledOnOs(OS.LINUX) // every address of 127.0.0.0/8 is there
class DnsClusterTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: shop\r\n\r\n";

    private final DnsServer names = new DnsServer();
    private final CountDownLatch firstEnded = new CountDownLatch(1);
    private final Origin first = new Origin((socket, _) -> {
        try {
            answerAll(socket, "one");
        } finally {
            firstEnded.countDown();
        }
    });
    private final Origin second = second(first.port());

    private static Origin second(int port) {
        return new Origin(InetAddress.ofLiteral("127.0.0.2"), port, (socket, _) -> answerAll(socket, "two"));
    }

    private static void answerAll(Socket socket, String who) throws IOException {
        while (!Origin.head(socket.getInputStream()).isEmpty()) {
            Origin.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + who);
        }
    }

    @AfterEach
    void stop() throws IOException {
        names.close();
        first.close();
        second.close();
    }

    private RunningProxy proxy(boolean logical) {
        var resolver = new DnsResolution(
                List.of(new DnsResolution.Server("127.0.0.1", names.port())),
                false,
                false,
                Duration.ofSeconds(1),
                false,
                1232);
        var policy = new DnsPolicy(
                DnsPolicy.Family.V4_ONLY, Duration.ofMillis(20), false, Duration.ZERO, Optional.empty(), resolver);
        var endpoint =
                new Endpoint("app.test.", first.port(), 1, Endpoint.Health.HEALTHY, 0, Map.of(), PeerMetadata.UNKNOWN);
        var proxy = new RunningProxy(RunningProxy.found(
                RunningProxy.config(), new Cluster.Discovery.Dns(logical, policy), List.of(endpoint)));
        await().until(() -> !hosts(proxy).isEmpty());
        return proxy;
    }

    private static Set<String> hosts(RunningProxy proxy) {
        var addresses = new HashSet<String>();
        proxy.upstreams
                .cluster("app")
                .orElseThrow()
                .hosts()
                .values()
                .forEach(host -> addresses.add(host.endpoint().address()));
        return addresses;
    }

    private static String ask(Socket client) throws IOException {
        Origin.write(client, GET);
        var head = Origin.head(client.getInputStream());
        return head.startsWith("HTTP/1.1 200") ? Origin.read(client.getInputStream(), 3) : head.substring(9, 12);
    }

    @Test
    void each_address_of_a_strict_name_is_a_host_while_the_server_names_it() throws Exception {
        names.set("app.test", 60, "127.0.0.1", "127.0.0.2");
        try (var proxy = proxy(false);
                var client = proxy.connect()) {
            assertThat(List.of(ask(client), ask(client))).containsExactlyInAnyOrder("one", "two");
            names.set("app.test", 60, "127.0.0.2");
            assertThat(firstEnded.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(hosts(proxy)).containsExactly("127.0.0.2");
            names.fail("app.test");
            int asked = names.asked();
            await().until(() -> names.asked() > asked + 2);
            assertThat(List.of(ask(client), ask(client))).containsExactly("two", "two");
            names.set("app.test", 60);
            await().until(() -> hosts(proxy).isEmpty());
            assertThat(ask(client)).startsWith("503");
        }
    }

    @Test
    void a_logical_name_keeps_its_connections_and_opens_new_ones_at_its_first_address() throws Exception {
        names.set("app.test", 60, "127.0.0.1", "127.0.0.2");
        try (var proxy = proxy(true);
                var client = proxy.connect()) {
            assertThat(ask(client)).isEqualTo("one");
            names.set("app.test", 60, "127.0.0.2", "127.0.0.1");
            await().until(() -> hosts(proxy).contains("127.0.0.2"));
            assertThat(ask(client)).isEqualTo("one");
            first.close();
            assertThat(firstEnded.await(10, TimeUnit.SECONDS)).isTrue();
            await().until(() -> ask(client).equals("two"));
            names.remove("app.test");
            int asked = names.asked();
            await().until(() -> names.asked() > asked + 2);
            assertThat(ask(client)).isEqualTo("two");
        }
    }
}
