package io.heddle.traffic.check;

import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.route.RouteAction;
import io.heddle.traffic.route.RouteFacts;
import java.util.Optional;

/// What a test's request is like, for routes and for command operators. Nothing went over a wire, so that what a
/// connection or a host would tell is not known.
///
/// @param input the request
/// @param state its dynamic metadata
/// @param request its head
/// @param response the answer's lines
/// @param found what was found for it
record TestFacts(RouteTest.Input input, RequestState state, RequestHead request, HeaderFields response, Found found)
        implements RouteFacts, FormatSource {
    /// What was found for a request.
    ///
    /// @param route the name of the route
    /// @param cluster the name of the cluster
    /// @param answer what the route itself answers
    record Found(String route, String cluster, Optional<RouteAction.DirectResponse> answer) {
        static final Found NOTHING = new Found("", "", Optional.empty());
    }

    @Override
    public boolean https() {
        return input.https();
    }

    @Override
    public boolean internal() {
        return input.internal();
    }

    @Override
    public boolean certificate() {
        return false;
    }

    /// As in Envoy's tool a share that has a runtime key holds for tests that name it, and one of none for the random
    /// value 0, so that there is a test for either.
    @Override
    public boolean among(RuntimeShare share) {
        return (share.key().equals(RuntimeKey.NONE) || share.key().name().equals(input.runtime()))
                && among(Math.max(1, share.numerator()), share.denominator());
    }

    @Override
    public boolean among(int numerator, int denominator) {
        return Long.remainderUnsigned(input.random(), denominator) < numerator;
    }

    @Override
    public void append(Operator operator, StringBuilder out) {
        if (operator == Operator.SCHEME) {
            out.append(https() ? "https" : "http");
        } else if (operator == Operator.ROUTE_NAME) {
            out.append(found.route());
        } else if (operator == Operator.UPSTREAM_CLUSTER) {
            out.append(found.cluster());
        } else if (operator == Operator.LOCAL_REPLY_BODY) {
            found.answer().ifPresent(answer -> out.append(StringMatcher.octets(answer.body())));
        } else if (operator == Operator.RESPONSE_CODE) {
            found.answer().ifPresent(answer -> out.append(answer.status()));
        }
    }
}
