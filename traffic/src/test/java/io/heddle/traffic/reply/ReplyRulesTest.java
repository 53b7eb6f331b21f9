package io.heddle.traffic.reply;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.format.JsonFormat;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.format.SubstitutionFormat;
import io.heddle.traffic.layer.RuntimeCount;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeLayer;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.layer.RuntimeValue;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.TextRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ReplyRulesTest {
    private static final LocalReply NO_HOST =
            LocalReply.of(503, "no healthy upstream", ResponseFlag.NO_HEALTHY_UPSTREAM, "no_healthy_upstream");

    /// An answer of status 503 to `PUT /a`, after 250 ms.
    private static final class Facts implements ReplyFacts, FormatSource {
        private int shownStatus;
        private String body = "";
        private long chance;
        private RuntimeSnapshot runtime = RuntimeSnapshot.EMPTY;

        @Override
        public RequestHead request() {
            return TextRequest.of("PUT", "shop", "/a", "x-user", "ann \"the\" cat");
        }

        @Override
        public int status() {
            return 503;
        }

        @Override
        public int grpcStatus() {
            return 14;
        }

        @Override
        public ResponseFlag flag() {
            return ResponseFlag.NO_HEALTHY_UPSTREAM;
        }

        @Override
        public long durationMillis() {
            return 250;
        }

        @Override
        public RequestState state() {
            return RequestState.NONE;
        }

        @Override
        public RuntimeSnapshot runtime() {
            return runtime;
        }

        @Override
        public long chance() {
            return chance;
        }

        @Override
        public FormatSource format(int status, String text) {
            shownStatus = status;
            body = text;
            return this;
        }

        @Override
        public HeaderFields response() {
            return HeaderFields.NONE;
        }

        @Override
        public HeaderFields trailers() {
            return HeaderFields.NONE;
        }

        @Override
        public long startedAtMillis() {
            return 0;
        }

        @Override
        public void appendOwn(HeaderName name, StringBuilder out) {
            // It adds none.
        }

        @Override
        public void append(Operator operator, StringBuilder out) {
            if (operator == Operator.RESPONSE_CODE) {
                out.append(shownStatus);
            } else if (operator == Operator.LOCAL_REPLY_BODY) {
                out.append(StringMatcher.octets(body));
            }
        }
    }

    private static SubstitutionFormat format(String text) {
        return ((Checked.Ok<SubstitutionFormat>) SubstitutionFormat.of(text)).value();
    }

    private static BodyFormat text(String text) {
        return new BodyFormat(new BodyFormat.Shape.Text(format(text)), false, "text/plain");
    }

    private static ReplyMapper mapper(ReplyCondition condition, int status) {
        return new ReplyMapper(condition, OptionalInt.of(status), Optional.empty(), Optional.empty(), List.of());
    }

    private static boolean holds(ReplyCondition condition) {
        return condition.matches(new Facts());
    }

    @Test
    void nothing_said_changes_nothing() {
        assertThat(ReplyRules.NONE.apply(NO_HOST, new Facts())).isEqualTo(NO_HOST);
    }

    @Test
    void the_first_mapper_that_fits_changes_the_answer() {
        var rules = new ReplyRules(
                List.of(
                        mapper(new ReplyCondition.Status(ReplyCondition.Comparison.EQUAL, RuntimeCount.of(404)), 400),
                        mapper(
                                new ReplyCondition.Status(ReplyCondition.Comparison.AT_LEAST, RuntimeCount.of(500)),
                                502),
                        mapper(
                                new ReplyCondition.Status(ReplyCondition.Comparison.AT_MOST, RuntimeCount.of(599)),
                                418)),
                Optional.empty());
        var reply = rules.apply(NO_HOST, new Facts());
        assertThat(reply.status()).isEqualTo(502);
        assertThat(reply.body()).isEqualTo("no healthy upstream");
        assertThat(reply.flag()).isEqualTo(ResponseFlag.NO_HEALTHY_UPSTREAM);
        assertThat(reply.details()).isEqualTo("no_healthy_upstream");
    }

    @Test
    void formats_show_the_status_and_the_body_that_the_mapper_gives() {
        var changed = new ReplyMapper(
                new ReplyCondition.Flag(Set.of(ResponseFlag.NO_HEALTHY_UPSTREAM)),
                OptionalInt.of(599),
                Optional.of("über"),
                Optional.empty(),
                List.of(new HeaderChange.Formatted(
                        HeaderEdit.Action.SET, HeaderName.of("x-was"), format("%RESPONSE_CODE%"), false)));
        var reply = new ReplyRules(List.of(changed), Optional.of(text("%RESPONSE_CODE% %LOCAL_REPLY_BODY% %REQ(x)%")))
                .apply(NO_HOST, new Facts());
        assertThat(reply.body()).isEqualTo("599 über -");
        assertThat(reply.headers())
                .containsExactly(
                        new HeaderEdit(HeaderEdit.Action.SET, HeaderName.of("x-was"), "599"),
                        new HeaderEdit(HeaderEdit.Action.SET, HeaderName.CONTENT_TYPE, "text/plain"));
    }

    @Test
    void a_mapper_writes_the_body_in_its_own_way() {
        var own = new ReplyMapper(
                new ReplyCondition.Flag(Set.of()),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.of(text("own: %LOCAL_REPLY_BODY%")),
                List.of());
        var rules = new ReplyRules(List.of(own), Optional.of(text("common")));
        assertThat(rules.apply(NO_HOST, new Facts()).body()).isEqualTo("own: no healthy upstream");
        var other = new ReplyRules(List.of(), Optional.of(text("common")));
        assertThat(other.apply(NO_HOST, new Facts()).body()).isEqualTo("common");
    }

    @Test
    void json_keeps_kinds_and_escapes_texts() {
        var json = new JsonFormat.Members(List.of(
                new JsonFormat.Member("status", new JsonFormat.Text(format("%RESPONSE_CODE%"))),
                new JsonFormat.Member("user", new JsonFormat.Text(format("%REQ(x-user)%"))),
                new JsonFormat.Member("none", new JsonFormat.Text(format("%REQ(x-none)%"))),
                new JsonFormat.Member("mixed", new JsonFormat.Text(format("<%REQ(x-none)%>"))),
                new JsonFormat.Member(
                        "list",
                        new JsonFormat.Elements(
                                List.of(new JsonFormat.Literal("true"), new JsonFormat.Text(format("a\n")))))));
        var whole = new BodyFormat(new BodyFormat.Shape.Json(json), false, "application/json");
        assertThat(new ReplyRules(List.of(), Optional.of(whole))
                        .apply(NO_HOST, new Facts())
                        .body())
                .isEqualTo("{\"status\":503,\"user\":\"ann \\\"the\\\" cat\",\"none\":null,\"mixed\":\"<->\","
                        + "\"list\":[true,\"a\\n\"]}\n");
        var sparse = new BodyFormat(new BodyFormat.Shape.Json(json), true, "application/json");
        assertThat(new ReplyRules(List.of(), Optional.of(sparse))
                        .apply(NO_HOST, new Facts())
                        .body())
                .contains("\"mixed\":\"<>\"")
                .doesNotContain("none");
    }

    @Test
    void conditions_ask_what_they_say() {
        assertThat(holds(new ReplyCondition.Duration(ReplyCondition.Comparison.AT_LEAST, RuntimeCount.of(250))))
                .isTrue();
        assertThat(holds(new ReplyCondition.Duration(ReplyCondition.Comparison.AT_LEAST, RuntimeCount.of(251))))
                .isFalse();
        assertThat(holds(new ReplyCondition.Flag(Set.of(ResponseFlag.RATE_LIMITED))))
                .isFalse();
        assertThat(holds(new ReplyCondition.GrpcStatus(Set.of(14), false))).isTrue();
        assertThat(holds(new ReplyCondition.GrpcStatus(Set.of(14), true))).isFalse();
        var user = new ReplyCondition.Header(new HeaderMatcher(
                HeaderName.of("x-user"),
                new HeaderMatcher.Test.Value(new StringMatcher.Prefix("ann", false)),
                false,
                false));
        var never = new ReplyCondition.Or(List.of());
        assertThat(holds(user)).isTrue();
        assertThat(holds(never)).isFalse();
        assertThat(holds(new ReplyCondition.And(List.of(user, never)))).isFalse();
        assertThat(holds(new ReplyCondition.Or(List.of(never, user)))).isTrue();
    }

    @Test
    void a_runtime_overrides_limits_and_shares() {
        var facts = new Facts();
        facts.chance = -1;
        facts.runtime = new RuntimeSnapshot(List.of(new RuntimeLayer(
                "s", Map.of("limit", RuntimeValue.of("251", 251), "share", RuntimeValue.of("100", 100)))));
        var slow = new ReplyCondition.Duration(
                ReplyCondition.Comparison.AT_LEAST, new RuntimeCount(RuntimeKey.of("limit"), 250));
        assertThat(slow.matches(facts)).isFalse();
        var share = new ReplyCondition.Share(RuntimeShare.NONE.overriddenBy(RuntimeKey.of("share")));
        assertThat(share.matches(facts)).isTrue();
        facts.runtime = RuntimeSnapshot.EMPTY;
        assertThat(slow.matches(facts)).isTrue();
        assertThat(share.matches(facts)).isFalse();
    }

    @Test
    void a_share_is_drawn() {
        var facts = new Facts();
        facts.chance = Long.MIN_VALUE; // half of all
        assertThat(new ReplyCondition.Share(RuntimeShare.ofMillion(500_001)).matches(facts))
                .isTrue();
        assertThat(new ReplyCondition.Share(RuntimeShare.ofMillion(500_000)).matches(facts))
                .isFalse();
    }
}
