package io.heddle.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.control.ControlOptions.Ports;
import io.heddle.control.ControlOptions.Timing;
import io.heddle.model.view.MeshSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ControlOptionsTest {
    @Test
    void the_defaults_are_what_the_documentation_says() {
        assertThat(ControlOptions.defaults())
                .isEqualTo(new ControlOptions(
                        Path.of(".heddle/control"),
                        Optional.empty(),
                        Optional.empty(),
                        new Ports("127.0.0.1", 8080, 15012, 15010, 15014, List.of()),
                        new MeshSettings("cluster.local", "cluster.local", "heddle-system", "local"),
                        new Timing(
                                Duration.ofMillis(10),
                                Duration.ofMillis(100),
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(1),
                                Duration.ofHours(24)),
                        "development"));
    }
}
