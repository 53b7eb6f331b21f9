package io.heddle.proxy.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.proxy.http.HeaderLines;
import io.heddle.proxy.http2.Http2Error;
import io.heddle.proxy.upstream.connect.UpstreamFailure;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StatusReaderTest {
    @ParameterizedTest
    @CsvSource({
        "400, INTERNAL",
        "401, UNAUTHENTICATED",
        "403, PERMISSION_DENIED",
        "404, UNIMPLEMENTED",
        "429, UNAVAILABLE",
        "502, UNAVAILABLE",
        "503, UNAVAILABLE",
        "504, UNAVAILABLE",
        "200, UNKNOWN",
        "500, UNKNOWN",
        "302, UNKNOWN"
    })
    void a_status_of_http_means_what_grpc_says_it_does(int status, GrpcCode code) {
        assertThat(StatusReader.ofHttp(status).code()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "NO_ERROR, INTERNAL",
        "PROTOCOL_ERROR, INTERNAL",
        "REFUSED_STREAM, UNAVAILABLE",
        "CANCEL, CANCELLED",
        "ENHANCE_YOUR_CALM, RESOURCE_EXHAUSTED",
        "INADEQUATE_SECURITY, PERMISSION_DENIED"
    })
    void a_reset_means_what_grpc_says_it_does(Http2Error error, GrpcCode code) {
        assertThat(StatusReader.ofReset(error).code()).isEqualTo(code);
    }

    @ParameterizedTest
    @EnumSource(UpstreamFailure.class)
    void every_failure_is_an_error(UpstreamFailure failure) {
        assertThat(StatusReader.ofFailure(failure).isOk()).isFalse();
    }

    @Test
    void a_status_line_without_a_number_is_unknown_and_a_broken_encoding_stays() {
        assertThat(StatusReader.read(lines("grpc-status", "x"))).contains(new GrpcStatus(GrpcCode.UNKNOWN, ""));
        assertThat(StatusReader.read(lines("grpc-status", "99"))).contains(new GrpcStatus(GrpcCode.UNKNOWN, ""));
        assertThat(StatusReader.read(lines("grpc-status", "5", "grpc-message", "a%20b%2")))
                .contains(new GrpcStatus(GrpcCode.NOT_FOUND, "a b%2"));
        assertThat(StatusReader.read(lines("other", "1"))).isEmpty();
    }

    @Test
    void the_cause_in_the_end_is_what_people_read_in_one_line() {
        var cause = new IOException("io trouble", new IOException("Connection refused:\n  127.0.0.1:15012"));
        assertThat(StatusReader.ofCause(cause).toString())
                .isEqualTo("UNAVAILABLE: Connection refused: 127.0.0.1:15012");
    }

    private static HeaderLines lines(String... pairs) {
        var lines = new HeaderLines();
        for (int i = 0; i < pairs.length; i += 2) {
            lines.beginLine();
            lines.append(pairs[i]);
            lines.endName();
            lines.append(pairs[i + 1]);
            lines.endLine();
        }
        return lines;
    }
}
