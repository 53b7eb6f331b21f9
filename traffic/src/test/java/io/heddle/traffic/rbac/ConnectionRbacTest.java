package io.heddle.traffic.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.Denial;
import io.heddle.traffic.request.Peer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectionRbacTest {
    private static final String WEB = "spiffe://mesh/ns/shop/sa/web";
    private static final String NAME = "ns[shop]-policy[db]-rule[0]";

    private static Peer peer(String principal) {
        var address = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 1000);
        return new Peer(address, address, true, Optional.of(principal), Optional.empty());
    }

    private static RbacRules rules(RbacRules.Action action) {
        var web = new Principal.Authenticated(Optional.of(new StringMatcher.Exact(WEB, false)));
        return new RbacRules(action, List.of(new RbacRules.Policy(NAME, new Rule.Any<>(), new Rule.Is<>(web))));
    }

    private static ConnectionRbac rbac(RbacRules.Action action) {
        return new ConnectionRbac("tcp", Optional.of(rules(action)), Optional.empty());
    }

    @Test
    void allow_lets_only_those_pass_that_a_policy_names() {
        var rbac = rbac(RbacRules.Action.ALLOW);
        assertThat(rbac.refusal(peer(WEB))).isEmpty();
        assertThat(rbac.refusal(peer("spiffe://mesh/ns/shop/sa/other")))
                .contains(new ConnectionRbac.Refusal(
                        new Denial(Denial.Reason.NO_ALLOW_MATCHED, List.of("shop/db")),
                        "rbac_access_denied_matched_policy[none]"));
    }

    @Test
    void deny_refuses_those_that_a_policy_names() {
        var rbac = rbac(RbacRules.Action.DENY);
        assertThat(rbac.refusal(peer("spiffe://mesh/ns/shop/sa/other"))).isEmpty();
        assertThat(rbac.refusal(peer(WEB)))
                .contains(new ConnectionRbac.Refusal(
                        new Denial(Denial.Reason.DENY_MATCHED, List.of("shop/db")),
                        "rbac_access_denied_matched_policy[" + NAME + "]"));
    }

    @Test
    void shadow_rules_are_tried_and_refuse_nothing() {
        var rbac = new ConnectionRbac("tcp", Optional.empty(), Optional.of(rules(RbacRules.Action.DENY)));
        assertThat(rbac.refusal(peer(WEB))).isEmpty();
        assertThat(rbac.passesShadow(peer(WEB))).contains(false);
        assertThat(rbac.passesShadow(peer("spiffe://mesh/ns/shop/sa/other"))).contains(true);
        assertThat(rbac(RbacRules.Action.DENY).passesShadow(peer(WEB))).isEmpty();
    }
}
