package io.heddle.proxy.observe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;

/// Something for each status that has come up, found without a lock and without an object. There are few: a status is
/// 0, for none, or 100 to 599. Any thread.
final class ByStatus<T> {
    private final Supplier<T> making;
    private volatile Known<T> known = new Known<>(new int[0], List.of());

    /// What is there for a status is made by `making` when it comes up.
    ByStatus(Supplier<T> making) {
        this.making = making;
    }

    /// Statuses, and at the same places what is there for each. Never changed.
    private static final class Known<T> {
        private final int[] statuses;
        private final List<T> values;

        Known(int[] statuses, List<T> values) {
            this.statuses = statuses;
            this.values = values;
        }

        int place(int status) {
            for (int i = 0; i < statuses.length; i++) {
                if (statuses[i] == status) {
                    return i;
                }
            }
            return -1;
        }

        Known<T> with(int status, T value) {
            var more = Arrays.copyOf(statuses, statuses.length + 1);
            more[statuses.length] = status;
            var all = new ArrayList<>(values);
            all.add(value);
            return new Known<>(more, List.copyOf(all));
        }
    }

    /// What is there for `status`.
    T of(int status) {
        var now = known;
        int place = now.place(status);
        return place >= 0 ? now.values.get(place) : add(status);
    }

    private synchronized T add(int status) {
        int place = known.place(status);
        if (place < 0) {
            known = known.with(status, making.get());
            place = known.statuses.length - 1;
        }
        return known.values.get(place);
    }

    /// All of them, in the order in which they came up.
    void forEach(ObjIntConsumer<T> each) {
        var now = known;
        for (int i = 0; i < now.statuses.length; i++) {
            each.accept(now.values.get(i), now.statuses[i]);
        }
    }
}
