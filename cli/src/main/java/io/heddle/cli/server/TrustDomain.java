package io.heddle.cli.server;

import io.heddle.model.name.SpiffeId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads a SPIFFE trust domain of an option: it stands in every certificate, the root's first.
public final class TrustDomain implements ITypeConverter<String> {
    /// For picocli.
    public TrustDomain() {}

    @Override
    public String convert(String text) {
        if (!SpiffeId.isTrustDomain(text)) {
            throw new TypeConversionException("'" + text + "' is not a trust domain: write 1 to 255 of the lower-case"
                    + " letters a to z, digits, '.', '-' and '_'");
        }
        return text;
    }
}
