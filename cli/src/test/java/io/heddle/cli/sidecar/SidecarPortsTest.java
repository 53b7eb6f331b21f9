package io.heddle.cli.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.cli.rules.Mode;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SidecarPortsTest {
    private static final SidecarPorts PORTS = new SidecarPorts(15001, 15006, 15020, 15000);

    @Test
    void each_port_is_told_with_the_address_it_listens_on() {
        assertThat(PORTS.words(spec("127.0.0.2", OptionalInt.of(9080), Optional.empty())))
                .isEqualTo("outbound 127.0.0.1:15001, inbound 127.0.0.2:15006, metrics 127.0.0.2:15020,"
                        + " admin 127.0.0.1:15000");
        assertThat(PORTS.words(spec("fd00::2", OptionalInt.of(9080), Optional.empty())))
                .contains("inbound [fd00::2]:15006, metrics [fd00::2]:15020");
    }

    @Test
    void what_is_led_to_the_sidecar_comes_in_on_every_address() {
        assertThat(PORTS.words(spec("10.0.0.2", OptionalInt.of(9080), Optional.of(Mode.REDIRECT))))
                .contains("inbound 0.0.0.0:15006, metrics 10.0.0.2:15020");
    }

    @Test
    void a_workload_that_only_calls_takes_nothing_in() {
        assertThat(PORTS.words(spec("127.0.0.2", OptionalInt.empty(), Optional.empty())))
                .contains("inbound none");
    }

    @Test
    void programs_read_the_same_places_as_people() {
        var json = PORTS.json(spec("fd00::2", OptionalInt.of(9080), Optional.empty()));
        assertThat(json.path("inbound").asString()).isEqualTo("[fd00::2]:15006");
        assertThat(json.path("outbound").asString()).isEqualTo("127.0.0.1:15001");
        assertThat(PORTS.json(spec("10.0.0.2", OptionalInt.of(9080), Optional.of(Mode.REDIRECT)))
                        .path("inbound")
                        .asString())
                .isEqualTo("0.0.0.0:15006");
        assertThat(PORTS.json(spec("127.0.0.2", OptionalInt.empty(), Optional.empty()))
                        .has("inbound"))
                .isFalse();
    }

    private static WorkloadSpec spec(String address, OptionalInt port, Optional<Mode> led) {
        Optional<String> service = port.isPresent() ? Optional.of("catalog") : Optional.empty();
        return new WorkloadSpec("catalog", "shop", "catalog", service, "v1", address, port, led);
    }
}
