package io.heddle.traffic.resilience.retry;

import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.resilience.retry.RetryPolicy.Condition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/// What a request itself says of retries and timeouts, with Envoy's header names, over what its route says. Only a
/// client that is trusted is asked (one inside, as Envoy's connection manager decides it); the headers of others mean
/// nothing. They are read once a request, and only where the request has any.
public final class RetryHeaders {
    private static final HeaderName RETRY_ON = HeaderName.of("x-envoy-retry-on");
    private static final HeaderName RETRY_GRPC_ON = HeaderName.of("x-envoy-retry-grpc-on");
    private static final HeaderName MAX_RETRIES = HeaderName.of("x-envoy-max-retries");
    private static final HeaderName STATUS_CODES = HeaderName.of("x-envoy-retriable-status-codes");
    private static final HeaderName HEADER_NAMES = HeaderName.of("x-envoy-retriable-header-names");
    private static final HeaderName HEDGE = HeaderName.of("x-envoy-hedge-on-per-try-timeout");
    private static final HeaderName TIMEOUT = HeaderName.of("x-envoy-upstream-rq-timeout-ms");
    private static final HeaderName PER_TRY = HeaderName.of("x-envoy-upstream-rq-per-try-timeout-ms");
    private static final List<HeaderName> OF_POLICY =
            List.of(RETRY_ON, RETRY_GRPC_ON, MAX_RETRIES, STATUS_CODES, HEADER_NAMES, HEDGE);
    private static final int MOST_DIGITS = 12;
    /// Names and codes beyond this many are not read: what a request asks for must not cost more than the request.
    private static final int MOST = 64;

    /// How a request is tried again that asks for it where its route says nothing of it, as in Envoy.
    private static final int RETRIES = 1;

    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(25), Duration.ofMillis(250));

    private RetryHeaders() {}

    /// The policy of a request: its route's, unless the route asks for headers that `head` lacks, or its sender is
    /// `trusted` and says something else.
    public static RetryPolicy over(RetryPolicy policy, RequestHead head, boolean trusted) {
        var said = trusted ? said(policy, head) : policy;
        if (said.conditions().isEmpty() || fits(said.requests(), head)) {
            return said;
        }
        return new RetryPolicy(
                EnumSet.noneOf(Condition.class),
                said.codes(),
                said.answers(),
                said.requests(),
                said.retries(),
                said.backoff(),
                said.hosts(),
                said.hedges());
    }

    private static boolean fits(List<HeaderMatcher> wanted, RequestHead head) {
        for (int i = 0; i < wanted.size(); i++) {
            if (wanted.get(i).matches(head)) {
                return true;
            }
        }
        return wanted.isEmpty();
    }

    private static RetryPolicy said(RetryPolicy policy, RequestHead head) {
        return saysAnything(head) ? merged(policy, head) : policy;
    }

    private static boolean saysAnything(RequestHead head) {
        for (int i = 0; i < OF_POLICY.size(); i++) {
            if (Span.isPresent(head.header(OF_POLICY.get(i)))) {
                return true;
            }
        }
        return false;
    }

    private static RetryPolicy merged(RetryPolicy policy, RequestHead head) {
        var conditions = EnumSet.noneOf(Condition.class);
        conditions.addAll(policy.conditions());
        for (var name : items(head, RETRY_ON)) {
            Condition.named(name).filter(found -> !found.ofGrpc()).ifPresent(conditions::add);
        }
        for (var name : items(head, RETRY_GRPC_ON)) {
            Condition.named(name).filter(Condition::ofGrpc).ifPresent(conditions::add);
        }
        var codes = new ArrayList<>(policy.codes());
        for (var code : items(head, STATUS_CODES)) {
            number(code).filter(found -> found <= 999).ifPresent(found -> codes.add(found.intValue()));
        }
        var answers = new ArrayList<>(policy.answers());
        for (var name : items(head, HEADER_NAMES)) {
            answers.add(new HeaderMatcher(HeaderName.of(name), new HeaderMatcher.Test.Present(true), false, false));
        }
        var retries = text(head, MAX_RETRIES).flatMap(RetryHeaders::number).map(most ->
                (int) Math.min(most, Integer.MAX_VALUE));
        var hedges = text(head, HEDGE).filter(word -> word.equals("true") || word.equals("false"));
        boolean first = !conditions.isEmpty()
                && policy.conditions().isEmpty()
                && policy.backoff().base().isZero();
        int usual = first ? RETRIES : policy.retries();
        return new RetryPolicy(
                conditions,
                codes,
                answers,
                policy.requests(),
                retries.orElse(usual),
                first ? BACKOFF : policy.backoff(),
                policy.hosts(),
                hedges.map(word -> word.equals("true")).orElse(policy.hedges()));
    }

    /// How long the whole request may take, as it says itself; zero for without limit, empty when it says nothing.
    public static Optional<Duration> timeout(RequestHead head) {
        return millis(head, TIMEOUT);
    }

    /// How long one try may take, as the request says itself; zero for without limit, empty when it says nothing.
    public static Optional<Duration> perTry(RequestHead head) {
        return millis(head, PER_TRY);
    }

    private static Optional<Duration> millis(RequestHead head, HeaderName name) {
        return text(head, name).flatMap(RetryHeaders::number).map(Duration::ofMillis);
    }

    private static Optional<String> text(RequestHead head, HeaderName name) {
        long span = head.header(name);
        return Span.isPresent(span) ? Optional.of(Span.text(head.bytes(), span)) : Optional.empty();
    }

    private static List<String> items(RequestHead head, HeaderName name) {
        var text = text(head, name);
        if (text.isEmpty()) {
            return List.of();
        }
        return List.of(text.get().split(",", MOST + 1)).stream()
                .limit(MOST)
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    private static Optional<Long> number(String text) {
        boolean digits = !text.isEmpty()
                && text.length() <= MOST_DIGITS
                && text.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        return digits ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }
}
