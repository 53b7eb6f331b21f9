package io.heddle.xds.read.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.heddle.traffic.outside.GrpcService;
import io.heddle.traffic.outside.OutsideAnswer;
import io.heddle.traffic.outside.OutsideCall;
import io.heddle.traffic.ratelimit.Descriptor;
import io.heddle.traffic.ratelimit.DescriptorEntry;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is asked outside, and what of an answer is believed.
class OutsideMessagesTest {
    private static final OutsideCall CALL = new OutsideCall.RateLimit(
            new GrpcService("limits", "limits", List.of(), Duration.ZERO, OutsideMessages.LONGEST),
            Duration.ofMillis(20),
            "shop",
            List.of(new Descriptor(List.of(new DescriptorEntry("user", "\u00c3\u00a4")), OptionalLong.of(3))),
            OptionalLong.of(2));

    private static OutsideAnswer answer(RateLimitResponse.Builder message) {
        return OutsideMessages.answer(CALL, message.build().toByteArray());
    }

    private static RateLimitResponse.Builder ok() {
        return RateLimitResponse.newBuilder().setOverallCode(RateLimitResponse.Code.OK);
    }

    @Test
    void a_limit_is_asked_about_by_domain_descriptors_and_hits() throws InvalidProtocolBufferException {
        var request = RateLimitRequest.parseFrom(OutsideMessages.request(CALL));
        assertThat(request.getDomain()).isEqualTo("shop");
        assertThat(request.getHitsAddend()).isEqualTo(2);
        var descriptor = request.getDescriptors(0);
        assertThat(descriptor.getHitsAddend().getValue()).isEqualTo(3);
        assertThat(descriptor.getEntries(0).getKey()).isEqualTo("user");
        assertThat(descriptor.getEntries(0).getValue()).as("octets are UTF-8").isEqualTo("\u00e4");
    }

    @Test
    void limits_are_told_with_their_windows() {
        var message = ok();
        message.addStatusesBuilder();
        message.addStatusesBuilder()
                .setLimitRemaining(4)
                .setDurationUntilReset(com.google.protobuf.Duration.newBuilder().setSeconds(7))
                .getCurrentLimitBuilder()
                .setName("a\"b\r\nc")
                .setRequestsPerUnit(10)
                .setUnit(RateLimitResponse.RateLimit.Unit.MINUTE);
        assertThat(answer(message)).isInstanceOfSatisfying(OutsideAnswer.RateLimit.class, said -> {
            assertThat(said.over()).isFalse();
            assertThat(said.limits()).containsExactly(new OutsideAnswer.Limit("abc", 10, 60, 4, 7));
        });
    }

    @ParameterizedTest
    @CsvSource({":path", "host", "content-length", "Transfer-Encoding", "a b", "''"})
    void an_answer_with_a_header_that_must_not_be_added_is_none(String name) {
        var header = HeaderValue.newBuilder().setKey(name).setValue("1");
        assertThat(answer(ok().addRequestHeadersToAdd(header))).isInstanceOf(OutsideAnswer.Failed.class);
        assertThat(answer(ok().addResponseHeadersToAdd(header))).isInstanceOf(OutsideAnswer.Failed.class);
    }

    @Test
    void an_answer_that_would_end_a_line_or_says_nothing_is_none() {
        var header = HeaderValue.newBuilder().setKey("x-a").setValue("1\r\nx-b: 2");
        assertThat(answer(ok().addResponseHeadersToAdd(header))).isInstanceOf(OutsideAnswer.Failed.class);
        assertThat(answer(RateLimitResponse.newBuilder())).isInstanceOf(OutsideAnswer.Failed.class);
        assertThat(OutsideMessages.answer(CALL, new byte[] {1, 2, 3})).isInstanceOf(OutsideAnswer.Failed.class);
    }

    @FuzzTest
    void whatever_comes_is_an_answer_without_line_ends_or_none(byte[] bytes) {
        if (OutsideMessages.answer(CALL, bytes) instanceof OutsideAnswer.RateLimit said) {
            assertThat(said.requestEdits())
                    .allSatisfy(edit -> assertThat(edit.value()).doesNotContain("\r", "\n", "\0"));
            assertThat(said.responseEdits())
                    .allSatisfy(edit -> assertThat(edit.value()).doesNotContain("\r", "\n", "\0"));
        }
    }
}
