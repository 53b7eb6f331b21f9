package io.heddle.proxy.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.loop.EventLoops;
import io.heddle.traffic.runtime.DnsPolicy;
import io.heddle.traffic.runtime.DnsPolicy.Family;
import io.heddle.traffic.runtime.DnsResolution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Questions to a real server on UDP and TCP.
class DnsClientsTest {
    private final EventLoops loops = new EventLoops(1);
    private final DnsServer server = new DnsServer();
    private final DnsServer other = new DnsServer();

    @TempDir
    private Path files;

    @BeforeEach
    void writeFiles() throws IOException {
        Files.writeString(files.resolve("resolv.conf"), "search one.test two.test\noptions ndots:2\n");
        Files.writeString(files.resolve("hosts"), "10.9.9.9 Fixed.test fixed\n2001:db8::9 fixed.test\n");
    }

    @AfterEach
    void stop() {
        server.close();
        other.close();
        loops.close();
    }

    private DnsResolution resolution(boolean rotate, DnsServer... servers) {
        return new DnsResolution(
                List.of(servers).stream()
                        .map(one -> new DnsResolution.Server("127.0.0.1", one.port()))
                        .toList(),
                false,
                false,
                Duration.ofMillis(300),
                rotate,
                1232);
    }

    private static DnsPolicy policy(Family family, DnsResolution resolution) {
        return new DnsPolicy(family, Duration.ofSeconds(5), false, Duration.ZERO, Optional.empty(), resolution);
    }

    private DnsClients clients() {
        return new DnsClients(loops, files.resolve("resolv.conf"), files.resolve("hosts"));
    }

    private DnsAnswer ask(String name, DnsPolicy policy) throws Exception {
        var answer = new CompletableFuture<DnsAnswer>();
        clients().ask(name, policy, answer::complete);
        return answer.get(10, TimeUnit.SECONDS);
    }

    private DnsAnswer ask(String name, Family family) throws Exception {
        return ask(name, policy(family, resolution(false, server)));
    }

    private static DnsAnswer found(int ttl, String... addresses) {
        return new DnsAnswer.Found(List.of(addresses), Duration.ofSeconds(ttl));
    }

    @Test
    void each_family_asks_for_what_it_says() throws Exception {
        server.set("both.test", 60, "10.0.0.1", "2001:db8::1", "10.0.0.2");
        server.set("four.test", 30, "10.0.0.4");
        server.set("six.test", 20, "2001:db8::6");
        assertThat(ask("both.test.", Family.V4_ONLY)).isEqualTo(found(60, "10.0.0.1", "10.0.0.2"));
        assertThat(ask("both.test.", Family.V6_ONLY)).isEqualTo(found(60, "2001:db8::1"));
        assertThat(ask("both.test.", Family.AUTO)).isEqualTo(found(60, "2001:db8::1"));
        assertThat(ask("both.test.", Family.V4_PREFERRED)).isEqualTo(found(60, "10.0.0.1", "10.0.0.2"));
        assertThat(ask("both.test.", Family.ALL)).isEqualTo(found(60, "10.0.0.1", "10.0.0.2", "2001:db8::1"));
        assertThat(ask("four.test.", Family.AUTO)).isEqualTo(found(30, "10.0.0.4"));
        assertThat(ask("six.test.", Family.V4_PREFERRED)).isEqualTo(found(20, "2001:db8::6"));
        assertThat(ask("six.test.", Family.ALL)).isEqualTo(found(20, "2001:db8::6"));
        assertThat(ask("four.test.", Family.V6_ONLY)).isEqualTo(DnsAnswer.NO_SUCH_NAME);
    }

    @Test
    void a_name_that_does_not_exist_and_a_server_that_cannot_say_are_told_apart() throws Exception {
        server.fail("broken.test");
        server.silence("silent.test");
        for (var family : Family.values()) {
            assertThat(ask("nowhere.test.", family)).isEqualTo(DnsAnswer.NO_SUCH_NAME);
            assertThat(ask("broken.test.", family)).isInstanceOf(DnsAnswer.Failed.class);
        }
        assertThat(ask("silent.test.", Family.V4_ONLY)).isInstanceOf(DnsAnswer.Failed.class);
        assertThat(ask("a".repeat(64) + ".test.", Family.ALL)).isNotInstanceOf(DnsAnswer.Found.class);
        assertThat(ask("", Family.ALL)).isNotInstanceOf(DnsAnswer.Found.class);
        assertThat(ask("a..b", Family.ALL)).isNotInstanceOf(DnsAnswer.Found.class);
    }

    @Test
    void an_answer_too_long_for_udp_comes_over_tcp() throws Exception {
        server.setLong("long.test", 60, "10.0.0.1", "10.0.0.2");
        assertThat(ask("long.test.", Family.V4_ONLY)).isEqualTo(found(60, "10.0.0.1", "10.0.0.2"));
        assertThat(server.question()).isEqualTo("long.test A");
        assertThat(server.question()).isEqualTo("long.test A tcp");
    }

    @Test
    void another_name_leads_to_its_addresses() throws Exception {
        server.alias("www.test", "host.test", 60, "10.0.0.7");
        assertThat(ask("www.test.", Family.V4_ONLY)).isEqualTo(found(60, "10.0.0.7"));
    }

    @Test
    void a_silent_server_is_passed_over() throws Exception {
        server.silence("name.test");
        other.set("name.test", 60, "10.0.0.8");
        var both = policy(Family.V4_ONLY, resolution(false, server, other));
        assertThat(ask("name.test.", both)).isEqualTo(found(60, "10.0.0.8"));
    }

    @Test
    void short_names_are_looked_for_in_the_search_domains_first_and_long_ones_last() throws Exception {
        server.set("db.two.test", 60, "10.0.0.2");
        assertThat(ask("db", Family.V4_ONLY)).isEqualTo(found(60, "10.0.0.2"));
        assertThat(List.of(String.valueOf(server.question()), String.valueOf(server.question())))
                .containsExactly("db.one.test A", "db.two.test A");
        server.set("a.b.c", 60, "10.0.0.3");
        assertThat(ask("a.b.c", Family.V4_ONLY)).isEqualTo(found(60, "10.0.0.3"));
        assertThat(server.question()).isEqualTo("a.b.c A");
    }

    @Test
    void the_file_of_hosts_comes_first_and_addresses_are_not_asked_for() throws Exception {
        assertThat(ask("fixed.TEST", Family.V4_ONLY)).isEqualTo(found(0, "10.9.9.9"));
        assertThat(ask("fixed.test.", Family.ALL)).isEqualTo(found(0, "10.9.9.9", "2001:db8:0:0:0:0:0:9"));
        assertThat(ask("localhost", Family.V4_PREFERRED)).isEqualTo(found(0, "127.0.0.1"));
        assertThat(ask("10.1.2.3", Family.AUTO))
                .isEqualTo(new DnsAnswer.Found(List.of("10.1.2.3"), Duration.ofDays(1)));
        assertThat(server.asked()).isZero();
    }

    @Test
    void rotation_begins_with_another_server_each_time() throws Exception {
        server.set("name.test", 60, "10.0.0.1");
        other.set("name.test", 60, "10.0.0.2");
        var clients = clients();
        var policy = policy(Family.V4_ONLY, resolution(true, server, other));
        for (int i = 0; i < 4; i++) {
            var answer = new CompletableFuture<DnsAnswer>();
            clients.ask("name.test.", policy, answer::complete);
            answer.get(10, TimeUnit.SECONDS);
        }
        assertThat(server.asked()).isEqualTo(2);
        assertThat(other.asked()).isEqualTo(2);
    }

    @Test
    void the_systems_servers_come_first_where_those_given_are_a_fallback() {
        var system = ResolvConf.parse(List.of(
                "# comment",
                "nameserver 10.0.0.53",
                "nameserver ::1",
                "nameserver nonsense",
                "search a b",
                "domain c"));
        assertThat(system.servers())
                .containsExactly(new DnsResolution.Server("10.0.0.53", 53), new DnsResolution.Server("::1", 53));
        assertThat(system.search()).containsExactly("c");
        assertThat(system.dots()).isEqualTo(1);
        assertThat(system.candidates("db")).containsExactly("db.c", "db");
        assertThat(system.candidates("db.x")).containsExactly("db.x", "db.x.c");
        assertThat(system.candidates("db.")).containsExactly("db.");
        var own = resolution(false, server);
        assertThat(DnsClients.servers(own, system)).isEqualTo(own.servers());
        var fallback = new DnsResolution(own.servers(), true, false, own.timeout(), false, 1232);
        assertThat(DnsClients.servers(fallback, system)).isEqualTo(system.servers());
        assertThat(DnsClients.servers(fallback, ResolvConf.parse(List.of()))).isEqualTo(own.servers());
    }
}
