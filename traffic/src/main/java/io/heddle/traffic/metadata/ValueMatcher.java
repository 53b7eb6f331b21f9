package io.heddle.traffic.metadata;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.match.StringMatcher;
import java.util.List;
import java.util.Optional;

/// Fits a value of metadata, as Envoy's `type.matcher.v3.ValueMatcher`.
public sealed interface ValueMatcher {
    /// Whether `value` fits; empty is a value that is not there.
    boolean matches(Optional<LabelValue> value);

    /// Fits `null`, written down.
    record Nothing() implements ValueMatcher {
        @Override
        public boolean matches(Optional<LabelValue> value) {
            return value.isPresent() && value.get() instanceof LabelValue.Nothing;
        }
    }

    /// Fits one number.
    record Exactly(double number) implements ValueMatcher {
        @Override
        public boolean matches(Optional<LabelValue> value) {
            return value.isPresent() && value.get() instanceof LabelValue.Numeric(double found) && found == number;
        }
    }

    /// Fits numbers from `start` to `end` (exclusive).
    record Range(double start, double end) implements ValueMatcher {
        @Override
        public boolean matches(Optional<LabelValue> value) {
            return value.isPresent()
                    && value.get() instanceof LabelValue.Numeric(double found)
                    && start <= found
                    && found < end;
        }
    }

    /// Fits a text.
    record Text(StringMatcher matcher) implements ValueMatcher {
        @Override
        public boolean matches(Optional<LabelValue> value) {
            return value.isPresent()
                    && value.get() instanceof LabelValue.Text(String text)
                    && matcher.matches(StringMatcher.octets(text));
        }
    }

    /// Fits true, or false.
    record Flag(boolean wanted) implements ValueMatcher {
        @Override
        public boolean matches(Optional<LabelValue> value) {
            return value.isPresent() && value.get() instanceof LabelValue.Flag(boolean found) && found == wanted;
        }
    }

    /// Fits what is there at all, where it is `wanted`; else nothing.
    record Present(boolean wanted) implements ValueMatcher {
        @Override
        public boolean matches(Optional<LabelValue> value) {
            return wanted && value.isPresent();
        }
    }

    /// Fits a list one of whose values fits.
    record OneOf(ValueMatcher matcher) implements ValueMatcher {
        @Override
        public boolean matches(Optional<LabelValue> value) {
            return value.isPresent()
                    && value.get() instanceof LabelValue.Items(var items)
                    && items.stream().anyMatch(item -> matcher.matches(Optional.of(item)));
        }
    }

    /// Fits what one of several fits.
    record Or(List<ValueMatcher> any) implements ValueMatcher {
        public Or {
            any = List.copyOf(any);
        }

        @Override
        public boolean matches(Optional<LabelValue> value) {
            return any.stream().anyMatch(matcher -> matcher.matches(value));
        }
    }
}
