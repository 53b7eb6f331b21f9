package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class AdsClientTest {
    @Test
    void a_loss_is_one_line_with_the_root_cause() {
        var cause = new IOException("io trouble", new IOException("Connection refused:\n  127.0.0.1:15012"));
        var loss = AdsClient.Loss.of(Status.UNAVAILABLE
                .withDescription("io exception")
                .withCause(cause)
                .asRuntimeException());
        assertThat(loss.reason()).isEqualTo("UNAVAILABLE: io exception: Connection refused: 127.0.0.1:15012");
        assertThat(loss.refused()).isFalse();
    }

    @Test
    void a_control_plane_that_does_not_take_a_client_is_not_away() {
        var loss = AdsClient.Loss.of(
                Status.PERMISSION_DENIED.withDescription("another identity").asRuntimeException());
        assertThat(loss).isEqualTo(new AdsClient.Loss("PERMISSION_DENIED: another identity", true));
    }
}
