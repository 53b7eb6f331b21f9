package io.heddle.xds.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.read.RuntimeCompiler;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the control plane writes, the proxy understands: every golden view, without one warning.
final class ReadBackTest {
    private static final String ROOT = "-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----\n";

    static Stream<String> names() {
        return GoldenViews.ALL.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void reads_what_was_written_without_a_problem(String name) {
        var resources = new MeshTranslator(ROOT).translate(GoldenViews.named(name));
        var compiled = RuntimeCompiler.compile(resources, RuntimeConfig.EMPTY);
        assertThat(compiled.problems()).isEmpty();
        assertThat(compiled).isInstanceOf(Checked.Ok.class);
        var config = ((Checked.Ok<RuntimeConfig>) compiled).value();
        if (!name.startsWith("intercepted")) {
            assertThat(config.routes()).containsKey("outbound");
        }
        assertThat(config.trust()).containsEntry("ROOTCA", ROOT);
    }
}
