package io.heddle.proxy.exchange.head;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.ResponseFlag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrpcAnswerTest {
    @ParameterizedTest
    @CsvSource({
        "application/grpc, true",
        "application/grpc+proto, true",
        "application/grpc;charset=utf-8, true",
        "Application/GRPC, true",
        "application/grpc-web, false",
        "application/json, false",
        "'', false"
    })
    void knows_a_request_of_grpc_by_its_content_type(String type, boolean grpc) {
        var head = new HttpRequestHead();
        var lines = head.lines();
        lines.beginLine();
        lines.append("content-type");
        lines.endName();
        lines.append(type);
        lines.endLine();
        assertThat(GrpcAnswer.isWanted(head)).isEqualTo(grpc);
    }

    @ParameterizedTest
    @CsvSource({"400, 13", "401, 16", "403, 7", "404, 12", "429, 14", "503, 14", "504, 14", "500, 2", "301, 2"})
    void maps_the_status(int http, int grpc) {
        assertThat(GrpcAnswer.status(LocalReply.of(http, "", ResponseFlag.NONE, "")))
                .isEqualTo(grpc);
    }

    @ParameterizedTest
    @CsvSource({"UPSTREAM_REQUEST_TIMEOUT, 4", "DURATION_TIMEOUT, 4", "STREAM_IDLE_TIMEOUT, 14"})
    void a_timeout_is_a_deadline_that_has_passed(ResponseFlag flag, int grpc) {
        assertThat(GrpcAnswer.status(LocalReply.of(504, "", flag, ""))).isEqualTo(grpc);
    }
}
