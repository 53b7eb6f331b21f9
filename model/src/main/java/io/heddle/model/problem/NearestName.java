package io.heddle.model.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the known name that a mistyped one was probably meant to be.
public final class NearestName {
    private NearestName() {}

    /// The name among `known` with the fewest typing errors against `name`, regardless of case; empty when none is
    /// close: at most two errors, and fewer than half of its letters, may differ. Ties go to the first in
    /// alphabetical order.
    public static Optional<String> of(String name, Collection<String> known) {
        var wanted = name.toLowerCase(Locale.ROOT);
        record Candidate(String name, int distance) {}
        return known.stream()
                .map(candidate -> new Candidate(candidate, distance(wanted, candidate.toLowerCase(Locale.ROOT))))
                .filter(candidate -> candidate.distance <= 2 && candidate.distance * 2 < candidate.name.length())
                .min(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
                .map(Candidate::name);
    }

    /// How many insertions, deletions, replacements and swaps of neighbours lead from one text to the other
    /// (optimal string alignment); 3 stands for more than two.
    private static int distance(String from, String to) {
        if (Math.abs(from.length() - to.length()) > 2) {
            return 3;
        }
        var rows = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                rows[i][j] = i == 0 || j == 0 ? i + j : step(rows, from, to, new int[] {i, j});
            }
        }
        return rows[from.length()][to.length()];
    }

    private static int step(int[][] rows, String from, String to, int[] at) {
        int i = at[0];
        int j = at[1];
        int replace = rows[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replace, 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
        boolean swapped =
                i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(best, rows[i - 2][j - 2] + 1) : best;
    }
}
