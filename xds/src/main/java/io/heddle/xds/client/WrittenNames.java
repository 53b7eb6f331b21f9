package io.heddle.xds.client;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Names as they stand in messages, each with its length before it, to be looked for in one pass over a message
/// however many they are.
///
/// A place is looked at only if its first two octets, the length and the first letter as a rule, begin a name; then
/// all names that begin so and are as long are compared at once, by their hash.
public final class WrittenNames {
    private static final int BEGINNINGS = 1 << 16;

    private final Map<ByteString, String> names = new HashMap<>();
    private final Map<Integer, Set<Integer>> lengths = new HashMap<>();
    private final boolean[] begins = new boolean[BEGINNINGS];

    /// Looks for `wanted`; an empty one is nowhere.
    public WrittenNames(Collection<String> wanted) {
        for (var name : wanted) {
            if (!name.isEmpty()) {
                var written = written(name);
                names.put(written, name);
                int beginning = beginning(written, 0);
                begins[beginning] = true;
                lengths.computeIfAbsent(beginning, _ -> new TreeSet<>()).add(written.size());
            }
        }
    }

    /// Whether one of them may be in `message`. That it may stand for something else only makes its resource wait.
    boolean areIn(ByteString message) {
        return !look(message, true).isEmpty();
    }

    /// Those of them that may be in `message`.
    public Set<String> foundIn(ByteString message) {
        return look(message, false);
    }

    private Set<String> look(ByteString message, boolean anyWillDo) {
        var found = new TreeSet<String>();
        boolean done = names.isEmpty();
        for (int start = 0; !done && start < message.size() - 1; start++) {
            int beginning = beginning(message, start);
            if (begins[beginning]) {
                lookAt(message, start, beginning, found);
                done = anyWillDo && !found.isEmpty();
            }
        }
        return found;
    }

    private void lookAt(ByteString message, int start, int beginning, Set<String> found) {
        for (int length : lengths.getOrDefault(beginning, Set.of())) {
            if (start + length <= message.size()) {
                var name = names.get(message.substring(start, start + length));
                if (name != null) {
                    found.add(name);
                }
            }
        }
    }

    private static int beginning(ByteString bytes, int at) {
        return ((bytes.byteAt(at) & 0xff) << 8) | (bytes.byteAt(at + 1) & 0xff);
    }

    private static ByteString written(String name) {
        var text = name.getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream();
        int length = text.length;
        while (length > 0x7f) {
            out.write((length & 0x7f) | 0x80);
            length >>>= 7;
        }
        out.write(length);
        out.writeBytes(text);
        return ByteString.copyFrom(out.toByteArray());
    }
}
