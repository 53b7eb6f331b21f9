package io.heddle.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.observe.RequestObserver;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.rbac.ConnectionRbac;
import io.heddle.traffic.rbac.Permission;
import io.heddle.traffic.rbac.Principal;
import io.heddle.traffic.rbac.RbacRules;
import io.heddle.traffic.rbac.Rule;
import io.heddle.traffic.request.Denial;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.runtime.ListenerChain;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.traffic.runtime.RuntimeConfig;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Access rules of connections, whatever is spoken on them.
class ConnectionAccessTest {
    private static final String POLICY = "ns[shop]-policy[db]-rule[0]";

    private static RbacRules rules(RbacRules.Action action, String source) {
        var principal = new Principal.SourceIp(AddressMatcher.parse(source).orElseThrow());
        return new RbacRules(
                action, List.of(new RbacRules.Policy(POLICY, new Rule.Any<Permission>(), new Rule.Is<>(principal))));
    }

    private static ListenerChain chain(NetworkFilter filter, ConnectionRbac... access) {
        return new ListenerChain(
                "",
                ListenerChain.Match.ANY,
                Optional.empty(),
                ListenerChain.HANDSHAKE_TIMEOUT,
                Optional.empty(),
                List.of(access),
                filter);
    }

    private static NetworkFilter relay(Origin app) {
        return new NetworkFilter.Tcp("tcp", "" + app.port(), Duration.ofHours(1));
    }

    private static ConnectionRbac enforced(RbacRules rules) {
        return new ConnectionRbac("tcp.", Optional.of(rules), Optional.empty());
    }

    /// What was heard of connections: `denied <details> <policies>` or `allowed`, then what shadow rules said.
    private static final class Heard implements RequestObserver {
        final BlockingQueue<String> judgements = new LinkedBlockingQueue<>();

        @Override
        public void finished(RequestTimeline timeline) {}

        @Override
        public void judged(Judgement judgement) {
            var said = judgement
                    .refused()
                    .map(timeline -> "denied " + timeline.details + " "
                            + timeline.denial.map(Denial::policies).orElse(List.of()))
                    .orElse("allowed");
            judgements.add(
                    said + judgement.shadow().map(passes -> " shadow " + passes).orElse(""));
        }

        String next() throws InterruptedException {
            return java.util.Objects.requireNonNull(judgements.poll(10, TimeUnit.SECONDS));
        }
    }

    private static boolean isClosed(Socket client) {
        try {
            return client.getInputStream().read() < 0;
        } catch (IOException reset) {
            return !(reset instanceof java.net.SocketTimeoutException);
        }
    }

    @Test
    void a_refused_connection_is_closed_and_reaches_nobody() throws Exception {
        var heard = new Heard();
        try (var app = Origin.echoing("");
                var proxy = new RunningProxy(
                        Listening.config(
                                List.of(Listening.in(
                                        chain(relay(app), enforced(rules(RbacRules.Action.ALLOW, "10.0.0.0/8"))))),
                                app),
                        heard);
                var client = proxy.connect()) {
            assertThat(isClosed(client)).isTrue();
            assertThat(heard.next()).isEqualTo("denied rbac_access_denied_matched_policy[none] [shop/db]");
            assertThat(app.connections).hasValue(0);
        }
    }

    @Test
    void all_rules_of_a_chain_must_let_a_connection_pass() throws Exception {
        var heard = new Heard();
        var allow = enforced(rules(RbacRules.Action.ALLOW, "127.0.0.0/8"));
        var deny = enforced(rules(RbacRules.Action.DENY, "127.0.0.1/32"));
        try (var app = Origin.echoing("");
                var proxy = new RunningProxy(
                        Listening.config(List.of(Listening.in(chain(relay(app), allow, deny))), app), heard);
                var client = proxy.connect()) {
            assertThat(isClosed(client)).isTrue();
            assertThat(heard.next()).isEqualTo("allowed");
            assertThat(heard.next()).isEqualTo("denied rbac_access_denied_matched_policy[" + POLICY + "] [shop/db]");
        }
    }

    @Test
    void shadow_rules_are_told_and_close_nothing() throws Exception {
        var heard = new Heard();
        var tried = new ConnectionRbac(
                "tcp.",
                Optional.of(rules(RbacRules.Action.ALLOW, "127.0.0.0/8")),
                Optional.of(rules(RbacRules.Action.DENY, "127.0.0.0/8")));
        try (var app = Origin.echoing("");
                var proxy = new RunningProxy(
                        Listening.config(List.of(Listening.in(chain(relay(app), tried))), app), heard);
                var client = proxy.connect()) {
            Origin.write(client, "\r\n\r\nping");
            assertThat(Origin.read(client.getInputStream(), 4)).isEqualTo("ping");
            assertThat(heard.next()).isEqualTo("allowed shadow false");
        }
    }

    @Test
    void http_is_not_read_before_its_connection_may_be() throws Exception {
        var heard = new Heard();
        var http = RunningProxy.http(new RouteAction.DirectResponse(200, ""));
        var config = Listening.config(List.of(
                Listening.in(chain(http, enforced(rules(RbacRules.Action.DENY, "127.0.0.0/8"))))));
        try (var proxy = new RunningProxy(config, heard);
                var client = proxy.connect()) {
            Origin.write(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(isClosed(client)).isTrue();
            assertThat(heard.next()).startsWith("denied ");
        }
    }

    @Test
    void a_connection_that_a_new_rule_might_refuse_is_drained_and_another_change_leaves_it() throws Exception {
        try (var app = Origin.echoing("")) {
            var allow = enforced(rules(RbacRules.Action.ALLOW, "127.0.0.0/8"));
            var same = enforced(rules(RbacRules.Action.ALLOW, "127.0.0.0/8"));
            var deny = enforced(rules(RbacRules.Action.DENY, "127.0.0.0/8"));
            RuntimeConfig first = Listening.config(List.of(Listening.in(chain(relay(app), allow))), app);
            try (var proxy = new RunningProxy(first);
                    var client = proxy.connect()) {
                Origin.write(client, "\r\n\r\nping");
                assertThat(Origin.read(client.getInputStream(), 4)).isEqualTo("ping");
                var again = Listening.config(List.of(Listening.in(chain(relay(app), same))), app);
                assertThat(proxy.config.swap(
                                new RuntimeConfig(again.listeners(), Map.of(), again.clusters(), Map.of(), Map.of())))
                        .isEmpty();
                Origin.write(client, "pong");
                assertThat(Origin.read(client.getInputStream(), 4)).isEqualTo("pong");
                assertThat(proxy.config.swap(Listening.config(List.of(Listening.in(chain(relay(app), deny))), app)))
                        .isEmpty();
                assertThat(isClosed(client)).isTrue();
            }
        }
    }
}
