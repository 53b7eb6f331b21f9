package io.heddle.cli.output;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads a TCP port of an option, 0 to 65535; where the option allows 0, it stands for any free one.
public final class Port implements ITypeConverter<Integer> {
    private static final int LARGEST = 65_535;

    /// For picocli.
    public Port() {}

    @Override
    public Integer convert(String text) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > LARGEST) {
            throw new TypeConversionException("'" + text + "' is not a port from 0 to " + LARGEST);
        }
        return Integer.valueOf(text);
    }
}
