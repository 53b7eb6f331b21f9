package io.heddle.traffic.reply;

import io.heddle.traffic.layer.RuntimeCount;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.metadata.MetadataMatcher;
import io.heddle.traffic.request.ResponseFlag;
import java.util.List;
import java.util.Set;

/// Which answers are meant, or which requests are logged, as Envoy's `accesslog.v3.AccessLogFilter`.
public sealed interface ReplyCondition {
    /// Whether the answer of `facts` is.
    boolean matches(ReplyFacts facts);

    /// How a number is compared.
    enum Comparison {
        EQUAL,
        AT_LEAST,
        AT_MOST;

        boolean holds(long number, long limit) {
            return switch (this) {
                case EQUAL -> number == limit;
                case AT_LEAST -> number >= limit;
                case AT_MOST -> number <= limit;
            };
        }
    }

    /// By the HTTP status.
    record Status(Comparison comparison, RuntimeCount limit) implements ReplyCondition {
        @Override
        public boolean matches(ReplyFacts facts) {
            return comparison.holds(facts.status(), limit.value(facts.runtime()));
        }
    }

    /// By how long the request took, milliseconds.
    record Duration(Comparison comparison, RuntimeCount limit) implements ReplyCondition {
        @Override
        public boolean matches(ReplyFacts facts) {
            return comparison.holds(facts.durationMillis(), limit.value(facts.runtime()));
        }
    }

    /// By the response flag.
    ///
    /// @param flags any of them; empty means any but none
    record Flag(Set<ResponseFlag> flags) implements ReplyCondition {
        public Flag {
            flags = Set.copyOf(flags);
        }

        @Override
        public boolean matches(ReplyFacts facts) {
            return facts.flag() != ResponseFlag.NONE && (flags.isEmpty() || flags.contains(facts.flag()));
        }
    }

    /// By the `grpc-status`, of answers to others, too.
    ///
    /// @param statuses any of them
    /// @param exclude whether the others are meant
    record GrpcStatus(Set<Integer> statuses, boolean exclude) implements ReplyCondition {
        public GrpcStatus {
            statuses = Set.copyOf(statuses);
        }

        @Override
        public boolean matches(ReplyFacts facts) {
            return statuses.contains(facts.grpcStatus()) != exclude;
        }
    }

    /// By a header of the request.
    record Header(HeaderMatcher matcher) implements ReplyCondition {
        @Override
        public boolean matches(ReplyFacts facts) {
            return matcher.matches(facts.request());
        }
    }

    /// By dynamic metadata.
    ///
    /// @param otherwise whether answers are meant whose request has none there
    record Metadata(MetadataMatcher matcher, boolean otherwise) implements ReplyCondition {
        @Override
        public boolean matches(ReplyFacts facts) {
            return matcher.finds(facts.state()) ? matcher.matches(facts.state()) : otherwise;
        }
    }

    /// That the request was none for the health of the proxy, by its filter for that.
    record NotHealthCheck() implements ReplyCondition {
        @Override
        public boolean matches(ReplyFacts facts) {
            return !facts.state().isHealthCheck();
        }
    }

    /// A share of requests, drawn for each.
    record Share(RuntimeShare share) implements ReplyCondition {
        @Override
        public boolean matches(ReplyFacts facts) {
            return share.holds(facts.chance(), facts.runtime());
        }
    }

    /// All of them.
    record And(List<ReplyCondition> all) implements ReplyCondition {
        public And {
            all = List.copyOf(all);
        }

        @Override
        public boolean matches(ReplyFacts facts) {
            return all.stream().allMatch(condition -> condition.matches(facts));
        }
    }

    /// One of them.
    record Or(List<ReplyCondition> any) implements ReplyCondition {
        public Or {
            any = List.copyOf(any);
        }

        @Override
        public boolean matches(ReplyFacts facts) {
            return any.stream().anyMatch(condition -> condition.matches(facts));
        }
    }
}
