package io.heddle.traffic.runtime;

import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.runtime.ListenerChain.Match;
import io.heddle.traffic.runtime.ListenerChain.SourceType;
import java.net.InetAddress;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/// The choice of a chain as its definition reads: at each criterion only the chains that fit best stay.
final class PrunedSearch {
    private static final int UNFIT = -1;

    private PrunedSearch() {}

    static int find(ConnectionInfo info, List<Match> matches) {
        var left = IntStream.range(0, matches.size()).boxed().toList();
        List<ToIntFunction<Match>> ranks = List.of(
                match -> match.destinationPort() == 0
                        ? 0
                        : match.destinationPort() == info.destination().getPort() ? 1 : UNFIT,
                match -> range(match.destinations(), info.destination().getAddress()),
                match -> name(match.serverNames(), info.serverName()),
                match -> match.transport().isEmpty() ? 0 : match.transport().equals(info.transport()) ? 1 : UNFIT,
                match -> protocol(match.applicationProtocols(), info.applicationProtocols()),
                match -> range(match.directSources(), info.directSource().getAddress()),
                match -> match.sourceType() == SourceType.ANY
                        ? 0
                        : (match.sourceType() == SourceType.EXTERNAL) == info.isLocal() ? UNFIT : 1,
                match -> range(match.sources(), info.source().getAddress()),
                match -> match.sourcePorts().isEmpty()
                        ? 0
                        : match.sourcePorts().contains(info.source().getPort()) ? 1 : UNFIT);
        for (var rank : ranks) {
            int best = left.stream()
                    .mapToInt(chain -> rank.applyAsInt(matches.get(chain)))
                    .max()
                    .orElse(UNFIT);
            left = left.stream()
                    .filter(chain -> best != UNFIT && rank.applyAsInt(matches.get(chain)) == best)
                    .toList();
        }
        return left.isEmpty() ? ChainIndex.NONE : left.getFirst();
    }

    private static int range(List<AddressMatcher> ranges, InetAddress address) {
        if (ranges.isEmpty()) {
            return 0;
        }
        return ranges.stream()
                .filter(range -> range.matches(address))
                .mapToInt(range -> 1
                        + Integer.parseInt(
                                range.toString().substring(range.toString().indexOf('/') + 1)))
                .max()
                .orElse(UNFIT);
    }

    private static int name(List<String> names, String asked) {
        if (names.isEmpty()) {
            return 0;
        }
        return names.stream()
                .mapToInt(name -> name.equals(asked)
                        ? 1000
                        : name.startsWith("*.") && asked.endsWith(name.substring(1)) ? name.length() : UNFIT)
                .max()
                .orElse(UNFIT);
    }

    private static int protocol(List<String> wanted, List<String> offered) {
        if (wanted.isEmpty()) {
            return 0;
        }
        return offered.stream()
                .filter(wanted::contains)
                .mapToInt(name -> 100 - offered.indexOf(name))
                .findFirst()
                .orElse(UNFIT);
    }
}
