package io.heddle.cli.mesh;

import io.heddle.cli.output.ExitCode;
import io.heddle.cli.output.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/// The example files that the demo applies and suggests, packed into this jar from `examples/`.
final class Examples {
    private static final List<String> BOOKSHOP =
            List.of("services.yaml", "catalog-route.yaml", "peer-authentication.yaml", "authorization-policy.yaml");

    private Examples() {}

    /// The bookshop's whole configuration as one YAML stream.
    static String bookshop() {
        return BOOKSHOP.stream().map(name -> text("bookshop/" + name)).collect(Collectors.joining("\n---\n"));
    }

    private static String text(String name) {
        try (var in = Examples.class.getResourceAsStream("/examples/" + name)) {
            if (in == null) {
                throw new Failure(ExitCode.FAILURE, "examples/" + name + " is not in this build", "build again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
