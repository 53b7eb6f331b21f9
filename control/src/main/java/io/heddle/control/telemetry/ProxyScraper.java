package io.heddle.control.telemetry;

import io.heddle.control.telemetry.GraphView.Grain;
import io.heddle.model.view.ProxyNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads every connected proxy's metrics about once a second into the [TrafficGraph].
///
/// Each scrape runs on a virtual thread of its own with a time and a size limit, and a proxy whose last scrape is still
/// running is not asked again; so a slow one delays nobody.
public final class ProxyScraper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProxyScraper.class);
    private static final int MAX_BODY = 8 * 1024 * 1024;
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final String PATH = "/stats/prometheus";

    private final Supplier<Collection<ProxyNode>> proxies;
    private final TrafficGraph graph;
    private final Duration period;
    private final HttpClient client;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong failures = new AtomicLong();

    /// @param proxies the connected proxies at whose address they themselves are
    public ProxyScraper(Supplier<Collection<ProxyNode>> proxies, TrafficGraph graph, Duration period) {
        this.proxies = proxies;
        this.graph = graph;
        this.period = period;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(TIMEOUT)
                .executor(threads)
                .build();
    }

    /// Starts reading.
    public void start() {
        Thread.ofVirtual().name("telemetry").start(this::run);
    }

    private void run() {
        try {
            while (!closed.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
                proxies.get().forEach(this::begin);
                graph.forgetIdle(second());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void begin(ProxyNode proxy) {
        if (proxy.ports().metrics() == 0 || !running.add(proxy.id())) {
            return;
        }
        threads.execute(() -> {
            try {
                scrape(proxy);
            } finally {
                running.remove(proxy.id());
            }
        });
    }

    private void scrape(ProxyNode proxy) {
        try {
            var request = HttpRequest.newBuilder(uri(proxy)).timeout(TIMEOUT).build();
            var answer = client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), MAX_BODY));
            try {
                var response = answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                take(proxy, response.statusCode(), response.body());
            } finally {
                answer.cancel(true);
            }
        } catch (ExecutionException | TimeoutException | IllegalArgumentException e) {
            failed(proxy, String.valueOf(e));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static URI uri(ProxyNode proxy) {
        var host = proxy.address().contains(":") ? "[" + proxy.address() + "]" : proxy.address();
        return URI.create("http://" + host + ":" + proxy.ports().metrics() + PATH);
    }

    private void take(ProxyNode proxy, int status, String body) {
        if (status != 200) {
            failed(proxy, "status " + status);
            return;
        }
        var samples = new ArrayList<Sample>();
        PrometheusTextReader.read(body, TrafficGraph::wants, samples::add);
        graph.record(proxy.id(), samples, second());
        if (failing.remove(proxy.id())) {
            log.atInfo().addKeyValue("proxy", proxy.id()).log("metrics can be read again");
        }
    }

    private void failed(ProxyNode proxy, String reason) {
        failures.incrementAndGet();
        if (failing.add(proxy.id())) {
            log.atWarn()
                    .addKeyValue("proxy", proxy.id())
                    .addKeyValue("reason", reason)
                    .log("metrics cannot be read; the graph lacks this proxy's view until they can");
        }
    }

    /// How many scrapes failed so far.
    public long failures() {
        return failures.get();
    }

    /// The graph over the last `windowSeconds`, 1 to [TrafficGraph#MAX_WINDOW_SECONDS].
    public GraphView graph(int windowSeconds, Grain grain) {
        return graph.view(windowSeconds, grain, second());
    }

    private static long second() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime());
    }

    @Override
    public void close() {
        closed.countDown();
        client.shutdownNow();
        threads.shutdownNow();
    }
}
