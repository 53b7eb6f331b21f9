package io.heddle.tests.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A control plane that is told to end.
class ControlEndTest {
    @TempDir
    private Path folder;

    @Test
    void a_control_plane_that_is_told_to_end_has_done_what_it_should() {
        try (var mesh = Mesh.start(folder)) {
            assertThat(mesh.stopControl()).isZero();
        }
    }
}
