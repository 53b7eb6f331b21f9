package io.heddle.traffic.check;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.check.RouteTest.Aspect;
import io.heddle.traffic.check.RouteTest.Line;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.metadata.ValueText;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.request.Trace;
import io.heddle.traffic.route.ClusterChoice;
import io.heddle.traffic.route.Route;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteDecision;
import io.heddle.traffic.route.RouteTable;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Checks tests against a route table: what would a proxy do with each request? Routing, rewrites and header
/// changes are the proxy's own.
public final class RouteCheck {
    private static final int NANOS_SCALE = 9;
    private static final String REST = "other";

    private RouteCheck() {}

    /// What came of one test.
    ///
    /// @param test the test
    /// @param virtualHost the virtual host found; empty for none
    /// @param route the route found; [Route#NONE] for none
    /// @param differences everything that is not as the test says; empty when it passes
    public record Result(RouteTest test, String virtualHost, Route route, List<Difference> differences) {
        public Result {
            differences = List.copyOf(differences);
        }

        /// Whether all is as the test says.
        public boolean passed() {
            return differences.isEmpty();
        }
    }

    /// One thing that is not as a test says.
    ///
    /// @param field of the test
    /// @param wanted what the test says
    /// @param got what is
    public record Difference(String field, String wanted, String got) {}

    /// Checks one test.
    public static Result check(RouteTest test, RouteTable table) {
        var input = test.input();
        var lines = new ArrayList<>(input.headers());
        lines.add(new Line("x-forwarded-proto", input.https() ? "https" : "http"));
        if (input.internal()) {
            lines.add(new Line("x-envoy-internal", "true"));
        }
        var head = new TextHead(input.method(), input.authority(), input.path(), lines);
        var state = state(input);
        var asked = new TestFacts(input, state, head, TextHead.NONE, TestFacts.Found.NOTHING);
        var decision = table.route(head, asked, Trace.OFF);
        var outcome = outcome(decision, head, asked);
        var found = new TestFacts.Found(
                decision.route().name(),
                outcome.cluster(),
                decision.action() instanceof RouteAction.DirectResponse direct
                        ? Optional.of(direct)
                        : Optional.empty());
        var answer = new TextHead("", "", "", answerLines(new TestFacts(input, state, head, TextHead.NONE, found)));
        var facts = new TestFacts(input, state, head, answer, found);
        var texts = outcome.texts();
        boolean forwards = decision.action() instanceof RouteAction.Forward;
        named(Aspect.VIRTUAL_HOST_NAME, decision.virtualHost(), forwards, test, texts);
        named(Aspect.VIRTUAL_CLUSTER_NAME, virtualCluster(decision, head), forwards, test, texts);
        var differences = new ArrayList<Difference>();
        if (decision.action() instanceof RouteAction.DirectResponse && wantsRedirect(test)) {
            var scheme = input.https() ? "https://" : "http://";
            texts.put(Aspect.PATH_REDIRECT, scheme + input.authority() + input.path());
        }
        for (var aspect : Aspect.values()) {
            var wanted = test.texts().get(aspect);
            var got = texts.getOrDefault(aspect, "");
            if (wanted != null && !wanted.equals(got)) {
                differences.add(new Difference(aspect.field(), wanted, got));
            }
        }
        metadata(test.metadata(), decision.route(), differences);
        var request = new TextHead(
                input.method(),
                texts.getOrDefault(Aspect.HOST_REWRITE, input.authority()),
                texts.getOrDefault(Aspect.PATH_REWRITE, input.path()),
                TextHead.joined(head.with(edits(outcome.requestChanges(), facts))));
        compare("request_header_matches", test.requestHeaders(), request, differences);
        var response = new TextHead("", "", "", TextHead.joined(answer.with(edits(outcome.responseChanges(), facts))));
        compare("response_header_matches", test.responseHeaders(), response, differences);
        return new Result(test, decision.virtualHost(), decision.route(), differences);
    }

    /// The name that the virtual host has for the request; for those that none fits it is the rest's, as in Envoy's
    /// figures.
    private static String virtualCluster(RouteDecision decision, TextHead head) {
        var name = decision.virtualCluster(head);
        return name.isEmpty() && !decision.virtualClusters().isEmpty() ? REST : name;
    }

    /// A name that was found. Envoy's tool knows it only of requests that are forwarded: of others a test that wants
    /// none is as right.
    private static void named(
            Aspect aspect, String found, boolean forwards, RouteTest test, Map<Aspect, String> texts) {
        boolean wantsNone = test.texts().getOrDefault(aspect, found).isEmpty();
        texts.put(aspect, forwards || !wantsNone ? found : "");
    }

    /// Whether a test has it that the client is sent somewhere. Envoy's tool says of a direct response that it sends
    /// the client where it is; a test that has it go nowhere is as right.
    private static boolean wantsRedirect(RouteTest test) {
        return !test.texts().getOrDefault(Aspect.PATH_REDIRECT, "").isEmpty();
    }

    /// The answer's lines before they are changed.
    private static List<Line> answerLines(TestFacts facts) {
        var lines = new ArrayList<>(facts.input().responseHeaders());
        facts.found().answer().map(answer -> answer.reply(facts)).ifPresent(reply -> {
            int length = reply.body().getBytes(StandardCharsets.UTF_8).length;
            if (length > 0) {
                lines.add(new Line("content-length", Integer.toString(length)));
                lines.add(new Line(
                        "content-type",
                        reply.headers().isEmpty()
                                ? "text/plain"
                                : reply.headers().getFirst().value()));
            }
        });
        return lines;
    }

    /// What the filter that sets metadata makes of a test's.
    private static RequestState state(RouteTest.Input input) {
        var state = new RequestState();
        for (var entry : input.metadata()) {
            if (entry.overwrites() || !state.has(entry.namespace())) {
                state.merge(entry.namespace(), entry.value());
            }
        }
        return state;
    }

    private static void metadata(List<RouteTest.RouteMetadata> wanted, Route route, List<Difference> differences) {
        for (var found : wanted) {
            var got = new StringBuilder();
            LabelValue.at(route.metadata(), found.namespace(), List.of(found.key()))
                    .ifPresent(value -> ValueText.plain(value, got));
            if (!got.toString().equals(found.value())) {
                var place = "route_metadata " + found.namespace() + " " + found.key();
                differences.add(new Difference(place, found.value(), got.toString()));
            }
        }
    }

    /// Seconds as durations are written.
    public static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toSeconds())
                        .add(BigDecimal.valueOf(duration.toNanosPart(), NANOS_SCALE))
                        .stripTrailingZeros()
                        .toPlainString()
                + "s";
    }

    /// What a decision comes to.
    private record Outcome(
            String cluster,
            Map<Aspect, String> texts,
            List<HeaderChange> requestChanges,
            List<HeaderChange> responseChanges) {}

    private static Outcome outcome(RouteDecision decision, RequestHead head, TestFacts facts) {
        var texts = new EnumMap<Aspect, String>(Aspect.class);
        var route = decision.route();
        return switch (decision.action()) {
            case RouteAction.Forward forward -> {
                var target = target(forward, facts);
                texts.put(Aspect.CLUSTER_NAME, target.cluster());
                texts.put(Aspect.PATH_REWRITE, forward.rewrite().path().applyTo(head));
                texts.put(
                        Aspect.HOST_REWRITE,
                        forward.host(target, head).orElse(facts.input().authority()));
                texts.put(Aspect.TIMEOUT, seconds(forward.timeouts().request()));
                yield new Outcome(target.cluster(), texts, target.requestChanges(), target.responseChanges());
            }
            case RouteAction.Redirect redirect -> {
                texts.put(Aspect.PATH_REDIRECT, redirect.location(head, facts.https()));
                texts.put(Aspect.CODE_REDIRECT, Integer.toString(redirect.status()));
                yield new Outcome("", texts, List.of(), route.responseChanges());
            }
            case RouteAction.DirectResponse direct -> {
                texts.put(Aspect.CODE_REDIRECT, Integer.toString(direct.status()));
                yield new Outcome("", texts, List.of(), route.responseChanges());
            }
            case RouteAction.Reject _ -> new Outcome("", texts, List.of(), route.responseChanges());
        };
    }

    /// Where a hash decides, the test's random number stands for it.
    private static ClusterChoice.Target target(RouteAction.Forward forward, TestFacts facts) {
        return forward.cluster() instanceof ClusterChoice.Weighted weighted
                ? weighted.of(facts.input().random(), facts.request(), RuntimeSnapshot.EMPTY)
                : forward.cluster().target(0, facts.request(), RuntimeSnapshot.EMPTY);
    }

    private static HeaderEdits edits(List<HeaderChange> changes, TestFacts facts) {
        var edits = new HeaderEdits();
        HeaderChange.addAll(changes, facts, edits);
        return edits;
    }

    private static void compare(
            String field, List<HeaderMatcher> matchers, RequestHead head, List<Difference> differences) {
        for (var matcher : matchers) {
            if (!matcher.matches(head)) {
                differences.add(new Difference(field, words(matcher), matcher.name() + ": " + values(head, matcher)));
            }
        }
    }

    private static String words(HeaderMatcher matcher) {
        var test = switch (matcher.test()) {
            case HeaderMatcher.Test.Present(boolean wanted) -> wanted ? "(there)" : "(missing)";
            case HeaderMatcher.Test.Range(long start, long end) -> "from " + start + " to below " + end;
            case HeaderMatcher.Test.Value(StringMatcher text) -> words(text);
        };
        return matcher.name() + ": " + (matcher.invert() ? "not " : "") + test;
    }

    private static String words(StringMatcher matcher) {
        return switch (matcher) {
            case StringMatcher.Exact exact -> exact.value();
            case StringMatcher.Prefix prefix -> prefix.value() + "…";
            case StringMatcher.Suffix suffix -> "…" + suffix.value();
            case StringMatcher.Contains contains -> "…" + contains.value() + "…";
            case StringMatcher.Regex regex -> "/" + regex.pattern() + "/";
        };
    }

    private static String values(RequestHead head, HeaderMatcher matcher) {
        var name = matcher.name().toString();
        if (name.equals(":path") || name.equals(":authority")) {
            long span = name.equals(":path") ? head.path() : head.authority();
            return Span.isPresent(span) ? Span.text(head.bytes(), span) : "(missing)";
        }
        long found = head.header(matcher.name());
        return Span.isPresent(found) ? Span.text(head.bytes(), found) : "(missing)";
    }
}
