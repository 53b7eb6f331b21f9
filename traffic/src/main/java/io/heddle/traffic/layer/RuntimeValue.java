package io.heddle.traffic.layer;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What a layer says for a key, read once as everything that it may be asked for as. A value that is not of the kind
/// that somebody asks for says nothing to them, as in Envoy.
///
/// @param text as it is shown
/// @param number as a number, always finite
/// @param whole as a number of 0 or more, its fraction cut off
/// @param flag as yes or no
/// @param share as a share of requests
public record RuntimeValue(
        String text, OptionalDouble number, OptionalLong whole, Optional<Boolean> flag, Optional<RuntimeShare> share) {
    private static final double MOST = 0x1p63;
    private static final int HUNDRED = 100;

    /// A text that says nothing but itself.
    public static RuntimeValue of(String text) {
        return new RuntimeValue(text, OptionalDouble.empty(), OptionalLong.empty(), Optional.empty(), Optional.empty());
    }

    /// A number: of 0 and more a whole number and percents, and without a fraction a flag, which 0 leaves off. One that
    /// is not finite is a text.
    public static RuntimeValue of(String text, double number) {
        if (!Double.isFinite(number)) {
            return of(text);
        }
        boolean counts = number >= 0 && number < MOST;
        var whole = counts ? OptionalLong.of((long) number) : OptionalLong.empty();
        return new RuntimeValue(
                text,
                OptionalDouble.of(number),
                whole,
                number == Math.rint(number) ? Optional.of(number != 0) : Optional.empty(),
                counts ? Optional.of(percents(whole.getAsLong())) : Optional.empty());
    }

    private static RuntimeShare percents(long percents) {
        return RuntimeShare.of((int) Math.min(HUNDRED, percents), HUNDRED);
    }

    /// Yes or no.
    public static RuntimeValue of(String text, boolean flag) {
        return new RuntimeValue(
                text, OptionalDouble.empty(), OptionalLong.empty(), Optional.of(flag), Optional.empty());
    }

    /// A share of requests.
    public static RuntimeValue of(String text, RuntimeShare share) {
        return new RuntimeValue(
                text, OptionalDouble.empty(), OptionalLong.empty(), Optional.empty(), Optional.of(share));
    }

    /// Whether it says nothing but its text.
    public boolean isText() {
        return number.isEmpty() && flag.isEmpty() && share.isEmpty();
    }
}
