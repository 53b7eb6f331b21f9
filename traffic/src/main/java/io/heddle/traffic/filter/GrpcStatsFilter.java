package io.heddle.traffic.filter;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.grpc.GrpcFigures;
import io.heddle.traffic.grpc.GrpcMethod;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.FilterOverride;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Counts gRPC calls and their messages by cluster and method, as Envoy's `envoy.filters.http.grpc_stats`.
public final class GrpcStatsFilter implements HttpFilter {
    /// Envoy's name of the filter, and of the filter state that it leaves.
    public static final String NAME = "envoy.filters.http.grpc_stats";

    private static final String GRPC = "application/grpc";

    private final String name;
    private final Settings settings;

    /// A filter called `name` in its chain.
    public GrpcStatsFilter(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
    }

    /// What is counted.
    ///
    /// @param apart which methods are told apart
    /// @param times whether it is counted how long hosts take (`enable_upstream_stats`)
    /// @param state whether each request keeps its counts of messages as filter state (`emit_filter_state`)
    public record Settings(Apart apart, boolean times, boolean state) {}

    /// Which methods are told apart; others count at their cluster as a whole.
    public sealed interface Apart {
        /// All, as far as there is room.
        ///
        /// @param withoutDots whether dots in names of services become underscores
        record All(boolean withoutDots) implements Apart {}

        /// These.
        ///
        /// @param methods by service
        record Listed(Map<String, Set<String>> methods) implements Apart {
            public Listed {
                methods = Map.copyOf(methods);
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean seesBodies() {
        return true;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var override = request.override(name);
        boolean off = FilterOverride.disables(override);
        if (off || !isGrpc(request.requestEdits().value(request.head(), HeaderName.CONTENT_TYPE))) {
            return FilterStep.CONTINUE;
        }
        var figures = figures(request);
        if (figures.isPresent() || settings.state()) {
            count(request, figures);
        }
        return FilterStep.CONTINUE;
    }

    private static boolean isGrpc(String type) {
        return type.regionMatches(true, 0, GRPC, 0, GRPC.length())
                && (type.length() == GRPC.length()
                        || type.charAt(GRPC.length()) == '+'
                        || type.charAt(GRPC.length()) == ';');
    }

    /// Where the call counts; empty where it does not, because it goes nowhere or to no method.
    private Optional<GrpcFigures> figures(FilterRequest request) {
        if (request.cluster().isEmpty()) {
            return Optional.empty();
        }
        var path = Span.text(request.head().bytes(), request.head().path());
        return GrpcMethod.of(request.cluster(), path)
                .map(method -> request.controllers().grpcMethods().of(place(method)));
    }

    private GrpcMethod place(GrpcMethod called) {
        return switch (settings.apart()) {
            case Apart.All(boolean withoutDots) ->
                withoutDots
                        ? new GrpcMethod(called.cluster(), called.service().replace('.', '_'), called.method())
                        : called;
            case Apart.Listed(var methods) ->
                methods.getOrDefault(called.service(), Set.of()).contains(called.method())
                        ? called
                        : GrpcMethod.all(called.cluster());
        };
    }

    private void count(FilterRequest request, Optional<GrpcFigures> figures) {
        var call = new Call(figures, settings);
        request.changeBody(new BodyChange.CountMessages(call::asked));
        request.onAnswer(answer -> {
            if (!answer.local() && answer.status() == 200 && isGrpc(answer.header(HeaderName.CONTENT_TYPE))) {
                answer.changeBody(new BodyChange.CountMessages(call::answered));
            }
        });
        request.atEnd(call);
    }

    /// What is counted of one call, on its thread.
    private static final class Call implements FilterEnd {
        private final Optional<GrpcFigures> figures;
        private final Settings settings;
        private long asked;
        private long answered;

        Call(Optional<GrpcFigures> figures, Settings settings) {
            this.figures = figures;
            this.settings = settings;
        }

        void asked() {
            asked++;
            if (figures.isPresent()) {
                figures.get().asked(1);
            }
        }

        void answered() {
            answered++;
            if (figures.isPresent()) {
                figures.get().answered(1);
            }
        }

        @Override
        public void ended(Ended ended, FilterRequest request) {
            if (figures.isPresent() && ended.grpcStatus() >= 0) {
                figures.get().ended(ended.grpcStatus());
                if (settings.times() && ended.hostNanos() >= 0) {
                    figures.get().took(ended.hostNanos());
                }
            }
            if (settings.state() && asked + answered > 0) {
                keep(request.state());
            }
        }

        /// Counts of messages are no reason to refuse a request that has too much state already.
        private void keep(RequestState state) {
            var typed = new LabelValue.Fields(Map.of(
                    "request_message_count", new LabelValue.Numeric(asked),
                    "response_message_count", new LabelValue.Numeric(answered)));
            var _ = state.put(NAME, new RequestState.Kept(asked + "," + answered, typed));
        }
    }
}
