package io.heddle.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogFactsTest {
    @Test
    void only_a_grpc_status_of_its_own_tells_that_a_call_succeeded() {
        var called = Timelines.outbound(200);
        called.grpcStatus = 0;
        assertThat(new LogFacts(called).grpcStatus()).isZero();
        assertThat(new LogFacts(Timelines.outbound(200)).grpcStatus())
                .as("cut off before its trailers, or none of gRPC")
                .isEqualTo(2);
        assertThat(new LogFacts(Timelines.outbound(503)).grpcStatus()).isEqualTo(14);
    }
}
