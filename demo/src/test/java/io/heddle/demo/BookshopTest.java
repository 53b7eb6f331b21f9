package io.heddle.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BookshopTest {
    private final List<AppServer> running = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        running.forEach(AppServer::close);
        client.close();
    }

    @Test
    void the_whole_shop_answers_a_page_a_book_and_an_order() throws Exception {
        var web = shop("v2");
        assertThat(get(web, "/").body()).contains("The Weaver's Bookshop", "Middlemarch", "class=\"stars black\"");
        assertThat(Json.object(get(web, "/api/catalog/2").body()))
                .containsEntry("version", "v2")
                .extractingByKey("book")
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsEntry("title", "Middlemarch")
                .containsEntry("stars", (long) Book.SHELF.get(1).stars());
        var order = post(web, "/api/orders", "{\"book\":\"2\",\"quantity\":3}");
        assertThat(order.statusCode()).isEqualTo(201);
        assertThat(Json.object(order.body())).containsEntry("total", "55.50").containsEntry("payment", "p-1");
    }

    @Test
    void version_one_of_the_catalog_knows_no_ratings_and_calls_nobody() throws Exception {
        serve("catalog", Map.of("VERSION", "v1", "RATINGS_URL", "http://127.0.0.1:1"));
        assertThat(get(serve("web", Map.of()), "/api/catalog/1").body())
                .contains("\"v1\"")
                .doesNotContain("stars");
    }

    @Test
    void a_failed_service_far_down_makes_a_502_that_names_it() throws Exception {
        var ratings = serve("ratings", Map.of());
        serve("catalog", Map.of("VERSION", "v3"));
        var web = serve("web", Map.of());
        ratings.close();
        var answer = get(web, "/api/catalog/1");
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("\"service\":\"catalog\"").contains("ratings failed");
    }

    @Test
    void an_order_that_makes_no_sense_is_refused_by_the_orders_service() throws Exception {
        var web = shop("v1");
        assertThat(post(web, "/api/orders", "{\"book\":\"2\",\"quantity\":0}").body())
                .contains("400", "quantity must be");
        assertThat(post(web, "/api/orders", "{\"book\":").body()).contains("400", "early end");
        assertThat(post(web, "/api/orders", "x".repeat(70_000)).statusCode()).isEqualTo(413);
    }

    @Test
    void trace_headers_travel_to_the_last_service() throws Exception {
        var seen = new CopyOnWriteArrayList<Map<String, String>>();
        var ratings = AppServer.start("127.0.0.1", 0, call -> {
            seen.add(call.trace());
            return Answer.ok(Map.of("stars", 4, "instance", "spy"));
        });
        running.add(ratings);
        environment.put("RATINGS_URL", "http://127.0.0.1:" + ratings.port());
        serve("catalog", Map.of("VERSION", "v2"));
        var web = serve("web", Map.of());
        var request = request(web, "/api/catalog/1")
                .header("traceparent", "00-aa-bb-01")
                .header("b3", "1")
                .header("cookie", "secret")
                .build();
        client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(seen).containsExactly(Map.of("traceparent", "00-aa-bb-01", "b3", "1"));
    }

    @Test
    void calls_go_through_the_proxy_of_the_environment_except_to_hosts_it_excludes() throws Exception {
        var hosts = new CopyOnWriteArrayList<String>();
        var proxy = com.sun.net.httpserver.HttpServer.create(
                new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext("/", exchange -> {
            hosts.add(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        proxy.start();
        try {
            var address = "http://127.0.0.1:" + proxy.getAddress().getPort();
            var direct = serve("payments", Map.of());
            var settings = new Settings(Map.of(
                    "HTTP_PROXY",
                    address,
                    "NO_PROXY",
                    "127.0.0.1,other",
                    "PAYMENTS_URL",
                    "http://127.0.0.1:" + direct.port()));
            var downstream = new Downstream(settings);
            downstream.get("ratings", "/ratings/1", Map.of());
            downstream.post("payments", "/payments", Map.of(), "{\"cents\":5}");
            assertThat(hosts).containsExactly("http://ratings.shop/ratings/1");
        } finally {
            proxy.stop(0);
        }
    }

    @Test
    void the_load_generator_checks_every_answer_and_loses_none_on_a_sound_shop() throws Exception {
        var web = shop("v2");
        environment.put("WEB_URL", "http://127.0.0.1:" + web.port());
        var load = serve("load", Map.of("RATE", "200"));
        var stats = await(load, 100);
        assertThat(stats).containsEntry("lost", 0L);
        assertThat(stats.get("versions"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsOnlyKeys("v2");
    }

    @Test
    void the_load_generator_counts_a_wrong_answer_as_lost_with_its_text() throws Exception {
        var web = AppServer.start("127.0.0.1", 0, call -> Answer.ok(Map.of("hello", "world")));
        running.add(web);
        environment.put("WEB_URL", "http://127.0.0.1:" + web.port());
        var stats = await(serve("load", Map.of("RATE", "200")), 30);
        assertThat(stats).containsEntry("ok", 0L).containsEntry("lost", stats.get("sent"));
        assertThat(String.valueOf(stats.get("errors"))).contains("/api/orders answered 200: {\"hello\":\"world\"}");
    }

    @Test
    void a_port_that_is_no_number_is_refused_by_name() {
        assertThatThrownBy(() -> new Settings(Map.of("PORT", "http")).port())
                .hasMessage("PORT must be a number from 0 to 65535, not 'http'");
    }

    @Test
    void requests_under_way_are_finished_before_the_server_stops() throws Exception {
        var entered = new java.util.concurrent.CountDownLatch(1);
        var leave = new java.util.concurrent.CountDownLatch(1);
        var server = AppServer.start("127.0.0.1", 0, _ -> {
            entered.countDown();
            try {
                leave.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return Answer.ok(Map.of("done", true));
        });
        running.add(server);
        var answer = client.sendAsync(request(server, "/").build(), HttpResponse.BodyHandlers.ofString());
        entered.await();
        var stopping = Thread.ofVirtual().start(() -> server.stop(Duration.ofSeconds(10)));
        leave.countDown();
        stopping.join();
        assertThat(answer.join().body()).contains("\"done\":true");
    }

    private AppServer shop(String version) throws IOException {
        serve("ratings", Map.of());
        serve("catalog", Map.of("VERSION", version));
        serve("payments", Map.of());
        serve("orders", Map.of());
        return serve("web", Map.of());
    }

    private AppServer serve(String role, Map<String, String> more) throws IOException {
        var all = new HashMap<>(environment);
        all.putAll(more);
        var server = Bookshop.start(role, new Settings(all));
        running.add(server);
        environment.put(role.toUpperCase(java.util.Locale.ROOT) + "_URL", "http://127.0.0.1:" + server.port());
        return server;
    }

    /// Waits until `enough` requests were sent, stops the load, waits for stragglers and returns the figures.
    private Map<String, Object> await(AppServer load, long enough) throws Exception {
        var deadline = java.time.Instant.now().plusSeconds(30);
        boolean stopped = false;
        while (java.time.Instant.now().isBefore(deadline)) {
            var stats = Json.object(get(load, "/stats").body());
            if (stopped && Long.valueOf(0).equals(stats.get("waiting"))) {
                return stats;
            }
            if (!stopped && (Long) stats.getOrDefault("sent", 0L) >= enough) {
                assertThat(post(load, "/rate", "{\"rate\":0}").statusCode()).isEqualTo(200);
                stopped = true;
            }
        }
        throw new AssertionError("the load generator is too slow");
    }

    private HttpRequest.Builder request(AppServer server, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }

    private HttpResponse<String> get(AppServer server, String path) throws Exception {
        return client.send(request(server, path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(AppServer server, String path, String body) throws Exception {
        return client.send(
                request(server, path)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
