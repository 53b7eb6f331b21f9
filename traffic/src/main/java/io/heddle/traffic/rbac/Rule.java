package io.heddle.traffic.rbac;

import io.heddle.traffic.filter.FilterRequest;
import java.util.List;

/// A tree of conditions of one kind, which a request fits or not. Asking it allocates nothing.
///
/// @param <T> the kind of condition: [Permission] or [Principal]
public sealed interface Rule<T extends Condition> {
    /// Whether `request` fits.
    boolean matches(FilterRequest request);

    /// Everything fits.
    record Any<T extends Condition>() implements Rule<T> {
        @Override
        public boolean matches(FilterRequest request) {
            return true;
        }
    }

    /// One condition.
    record Is<T extends Condition>(T condition) implements Rule<T> {
        @Override
        public boolean matches(FilterRequest request) {
            return condition.matches(request);
        }
    }

    /// All of them; nothing is asked when there are none.
    record And<T extends Condition>(List<Rule<T>> all) implements Rule<T> {
        public And {
            all = List.copyOf(all);
        }

        @Override
        public boolean matches(FilterRequest request) {
            for (int i = 0; i < all.size(); i++) {
                if (!all.get(i).matches(request)) {
                    return false;
                }
            }
            return true;
        }
    }

    /// One of them; nothing fits when there are none.
    record Or<T extends Condition>(List<Rule<T>> any) implements Rule<T> {
        public Or {
            any = List.copyOf(any);
        }

        @Override
        public boolean matches(FilterRequest request) {
            for (int i = 0; i < any.size(); i++) {
                if (any.get(i).matches(request)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// What does not fit `rule`.
    record Not<T extends Condition>(Rule<T> rule) implements Rule<T> {
        @Override
        public boolean matches(FilterRequest request) {
            return !rule.matches(request);
        }
    }
}
