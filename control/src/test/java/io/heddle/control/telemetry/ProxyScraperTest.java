package io.heddle.control.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.heddle.control.telemetry.GraphView.Grain;
import io.heddle.model.name.Labels;
import io.heddle.model.name.SpiffeId;
import io.heddle.model.view.ProxyNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProxyScraperTest {
    private static ProxyNode proxy(String name, int metricsPort) {
        return new ProxyNode(
                name,
                new SpiffeId("cluster.local", "shop", "web"),
                "shop",
                name,
                Labels.NONE,
                Optional.empty(),
                "127.0.0.1",
                new ProxyNode.Ports(0, 0, 0, metricsPort, 0),
                "1");
    }

    private static HttpServer metrics(AtomicInteger counter) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/stats/prometheus", exchange -> {
            var text = "istio_requests_total{reporter=\"source\",source_workload_namespace=\"shop\","
                    + "source_canonical_service=\"web\",destination_workload_namespace=\"shop\","
                    + "destination_canonical_service=\"catalog\",response_code=\"200\",response_flags=\"-\"} "
                    + counter.addAndGet(10) + "\n";
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return server;
    }

    @Test
    void reads_good_proxies_while_another_never_answers() throws Exception {
        var server = metrics(new AtomicInteger());
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var scraper = new ProxyScraper(
                        () -> List.of(
                                proxy("good", server.getAddress().getPort()), proxy("silent", silent.getLocalPort())),
                        new TrafficGraph(),
                        Duration.ofMillis(50))) {
            scraper.start();
            await().atMost(Duration.ofSeconds(20)).until(() -> scraper.failures() > 0);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(
                                    scraper.graph(10, Grain.SERVICE).edges())
                            .singleElement()
                            .satisfies(edge -> assertThat(edge.requests()).isGreaterThan(100)));
        } finally {
            server.stop(0);
        }
    }
}
