package io.heddle.cli.command;

import io.heddle.dialect.Dialects;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// The words that complete a kind, `all` last.
final class KindWords implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return words().iterator();
    }

    static List<String> words() {
        return Stream.concat(
                        Dialects.kinds().stream().map(kind -> kind.kind().toLowerCase(Locale.ROOT)), Stream.of("all"))
                .toList();
    }
}
