package io.heddle.cli.rules;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// One rule of a chain: when all conditions hold, the verdict is done.
///
/// @param conditions in the order in which they are written
/// @param verdict what is done
/// @param only the one protocol version it is for; empty for every
public record Rule(List<Condition> conditions, Verdict verdict, Optional<Family> only) {
    public Rule {
        conditions = List.copyOf(conditions);
    }

    /// A rule for the family that its addresses are of, or for every.
    static Rule of(Verdict verdict, Condition... conditions) {
        var list = List.of(conditions);
        return new Rule(list, verdict, list.stream().flatMap(Rule::family).findFirst());
    }

    /// Whether it is for this protocol version.
    public boolean isFor(Family family) {
        return only.isEmpty() || only.get() == family;
    }

    private static Stream<Family> family(Condition condition) {
        return switch (condition) {
            case Condition.Destination destination ->
                Stream.of(destination.network().family());
            case Condition.Source source -> Stream.of(source.network().family());
            case Condition.Protocol _,
                    Condition.DestinationPort _,
                    Condition.DestinationElsewhere _,
                    Condition.In _,
                    Condition.Out _,
                    Condition.User _,
                    Condition.Group _,
                    Condition.Mark _,
                    Condition.ConnectionMark _,
                    Condition.Established _,
                    Condition.TransparentSocket _ -> Stream.empty();
        };
    }
}
