package io.heddle.traffic.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.rbac.Condition;
import io.heddle.traffic.rbac.Permission;
import io.heddle.traffic.rbac.Principal;
import io.heddle.traffic.rbac.RbacFilter;
import io.heddle.traffic.rbac.RbacRules;
import io.heddle.traffic.rbac.Rule;
import io.heddle.traffic.request.Denial;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.TextRequest;
import io.heddle.traffic.route.FilterOverride;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FilterTest {
    private static final String WEB = "spiffe://mesh/ns/shop/sa/web";
    private static final long SEED = 11;

    private static RbacFilter rbac(RbacRules.Action action, RbacRules.Policy... policies) {
        return new RbacFilter(RbacFilter.NAME, Optional.of(new RbacRules(action, List.of(policies))));
    }

    private static Rule<Principal> name(String uri) {
        return new Rule.Is<>(new Principal.Authenticated(Optional.of(new StringMatcher.Exact(uri, false))));
    }

    private static Rule<Permission> method(String method) {
        return new Rule.Is<>(new Condition.Header(new HeaderMatcher(
                HeaderName.of(":method"),
                new HeaderMatcher.Test.Value(new StringMatcher.Exact(method, false)),
                false,
                false)));
    }

    private static String denial(FilterStep step) {
        assertThat(step).isInstanceOf(FilterStep.Reply.class);
        var reply = ((FilterStep.Reply) step).reply();
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).isEqualTo("RBAC: access denied");
        return reply.details();
    }

    @Test
    void allow_rules_let_only_their_callers_pass() {
        var filter = rbac(RbacRules.Action.ALLOW, new RbacRules.Policy("web-reads", method("GET"), name(WEB)));
        var request = new Request();
        assertThat(denial(filter.onRequest(request))).isEqualTo("rbac_access_denied_matched_policy[none]");
        request.principal = Optional.of(WEB);
        assertThat(filter.onRequest(request)).isSameAs(FilterStep.CONTINUE);
        request.head = TextRequest.of("POST", "h", "/a");
        assertThat(denial(filter.onRequest(request))).isEqualTo("rbac_access_denied_matched_policy[none]");
    }

    @Test
    void deny_rules_name_the_first_policy_that_matched() {
        var any = new Rule.Any<Permission>();
        var filter = rbac(
                RbacRules.Action.DENY,
                new RbacRules.Policy("b", any, new Rule.Any<>()),
                new RbacRules.Policy("a", any, new Rule.Not<>(name(WEB))));
        var request = new Request();
        assertThat(denial(filter.onRequest(request))).isEqualTo("rbac_access_denied_matched_policy[a]");
        request.principal = Optional.of(WEB);
        assertThat(denial(filter.onRequest(request))).isEqualTo("rbac_access_denied_matched_policy[b]");
    }

    @Test
    void a_denial_names_the_policies_that_decided() {
        var get = method("GET");
        var filter = rbac(
                RbacRules.Action.ALLOW,
                new RbacRules.Policy("ns[shop]-policy[callers]-rule[0]", get, name(WEB)),
                new RbacRules.Policy("ns[shop]-policy[callers]-rule[1]", get, name(WEB)),
                new RbacRules.Policy("elsewhere", get, name(WEB)));
        var request = new Request();
        assertThat(((FilterStep.Reply) filter.onRequest(request)).reply().denial())
                .contains(new Denial(Denial.Reason.NO_ALLOW_MATCHED, List.of("elsewhere", "shop/callers")));
        var deny = rbac(
                RbacRules.Action.DENY,
                new RbacRules.Policy("ns[shop]-policy[no-reads]-rule[7]", get, new Rule.Any<>()));
        assertThat(((FilterStep.Reply) deny.onRequest(request)).reply().denial())
                .contains(new Denial(Denial.Reason.DENY_MATCHED, List.of("shop/no-reads")));
    }

    @Test
    void an_allow_filter_without_policies_denies_all() {
        assertThat(denial(rbac(RbacRules.Action.ALLOW).onRequest(new Request())))
                .isEqualTo("rbac_access_denied_matched_policy[none]");
        assertThat(rbac(RbacRules.Action.DENY).onRequest(new Request())).isSameAs(FilterStep.CONTINUE);
    }

    @Test
    void a_policy_without_permissions_or_principals_matches_nothing() {
        var filter =
                rbac(RbacRules.Action.ALLOW, new RbacRules.Policy("p", new Rule.Or<>(List.of()), new Rule.Any<>()));
        denial(filter.onRequest(new Request()));
    }

    @Test
    void trees_fold_as_written() {
        var request = new Request();
        var net = new Rule.Is<Principal>(
                new Principal.SourceIp(AddressMatcher.parse("10.0.0.0/8").orElseThrow()));
        assertThat(new Rule.And<>(List.of(net, new Rule.Any<>())).matches(request))
                .isTrue();
        var client = new Principal.RemoteIp(AddressMatcher.parse("10.0.0.0/8").orElseThrow());
        assertThat(client.matches(request)).isTrue();
        assertThat(new Principal.RemoteIp(AddressMatcher.parse("1.0.0.0/8").orElseThrow()).matches(request))
                .isFalse();
        assertThat(new Rule.And<>(List.of(net, name(WEB))).matches(request)).isFalse();
        assertThat(new Rule.Or<>(List.of(name(WEB), net)).matches(request)).isTrue();
        assertThat(new Rule.Or<Principal>(List.of()).matches(request)).isFalse();
        assertThat(new Principal.Authenticated(Optional.empty()).matches(request))
                .isFalse();
        var port = new Rule.Is<Permission>(new Permission.DestinationPort(15006, 15007));
        assertThat(port.matches(request)).isTrue();
        assertThat(new Rule.Not<>(port).matches(request)).isFalse();
        assertThat(new Rule.And<>(List.of(port, method("PUT"))).matches(request))
                .isFalse();
        assertThat(new Permission.ServerName(new StringMatcher.Exact("", false)).matches(request))
                .isTrue();
    }

    @Test
    void a_route_can_replace_or_disable_the_rules() {
        var filter = rbac(RbacRules.Action.ALLOW);
        var request = new Request();
        request.overrides.put(RbacFilter.NAME, new FilterOverride.Disabled());
        assertThat(filter.onRequest(request)).isSameAs(FilterStep.CONTINUE);
        request.overrides.put(RbacFilter.NAME, new RbacFilter.PerRoute(Optional.empty()));
        assertThat(filter.onRequest(request)).isSameAs(FilterStep.CONTINUE);
    }

    private static final RuntimeShare EVERY = RuntimeShare.of(100, 100);

    @Test
    void delays_then_aborts_and_says_so() {
        var filter = new FaultFilter(FaultFilter.NAME, FaultSettings.NONE);
        var request = new Request();
        assertThat(filter.onRequest(request)).isSameAs(FilterStep.CONTINUE);
        request.overrides.put(
                FaultFilter.NAME,
                new FaultSettings(
                        Optional.of(new FaultSettings.Delay(EVERY, Optional.of(Duration.ofSeconds(3)))),
                        Optional.of(new FaultSettings.Abort(EVERY, new FaultSettings.Answer.Http(503)))));
        assertThat(filter.onRequest(request))
                .isEqualTo(new FilterStep.Ask(new FilterStep.Question.Pause(Duration.ofSeconds(3))));
        assertThat(request.flags).containsExactly(ResponseFlag.DELAY_INJECTED);
        var reply = ((FilterStep.Reply) filter.onAnswer(request, new FilterStep.Answer.Paused())).reply();
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.body()).isEqualTo("fault filter abort");
        assertThat(reply.flag()).isEqualTo(ResponseFlag.FAULT_INJECTED);
    }

    @Test
    void hits_its_share_of_requests() {
        var random = new SplittableRandom(SEED);
        var filter = new FaultFilter(
                FaultFilter.NAME,
                new FaultSettings(
                        Optional.empty(),
                        Optional.of(new FaultSettings.Abort(
                                RuntimeShare.of(25, 100), new FaultSettings.Answer.Http(500)))));
        int hits = 0;
        for (int i = 0; i < 40_000; i++) {
            var request = new Request();
            request.chance = random.nextLong();
            hits += filter.onRequest(request) instanceof FilterStep.Reply ? 1 : 0;
        }
        assertThat(hits).as("seed " + SEED).isBetween(9_600, 10_400);
    }

    @Test
    void a_session_is_kept_as_its_route_says_or_else_as_the_filter_does() {
        var own = new StatefulSessionFilter.Settings(
                new StatefulSessionFilter.SessionState.Header(HeaderName.of("x-own")), false);
        var ofRoute = new StatefulSessionFilter.Settings(
                new StatefulSessionFilter.SessionState.Header(HeaderName.of("x-route")), true);
        var filter = new StatefulSessionFilter(StatefulSessionFilter.NAME, Optional.of(own));
        var request = new Request();
        assertThat(filter.onRequest(request)).isEqualTo(FilterStep.CONTINUE);
        assertThat(request.kept).contains(own);
        request.overrides.put(StatefulSessionFilter.NAME, ofRoute);
        filter.onRequest(request);
        assertThat(request.kept).contains(ofRoute);
        var other = new Request();
        other.overrides.put(StatefulSessionFilter.NAME, new FilterOverride.Disabled());
        filter.onRequest(other);
        assertThat(other.kept).isEmpty();
    }

    @Test
    void requests_come_from_their_clients_unless_their_route_says_no() {
        var filter = new OriginalSourceFilter(OriginalSourceFilter.NAME, 7);
        var request = new Request();
        assertThat(filter.onRequest(request)).isSameAs(FilterStep.CONTINUE);
        assertThat(request.marks).containsExactly(7);
        request.overrides.put(OriginalSourceFilter.NAME, new FilterOverride.Disabled());
        assertThat(filter.onRequest(request)).isSameAs(FilterStep.CONTINUE);
        assertThat(request.marks).containsExactly(7);
    }
}
