package io.heddle.cli.output;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/// What this build is.
public final class Product {
    private Product() {}

    /// The version the build wrote into the jar, for example `0.1.0-SNAPSHOT`.
    public static String version() {
        var properties = new Properties();
        try (var stream = Product.class.getResourceAsStream("/heddle.properties")) {
            properties.load(Objects.requireNonNull(stream, "heddle.properties is in this jar"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "unknown");
    }
}
