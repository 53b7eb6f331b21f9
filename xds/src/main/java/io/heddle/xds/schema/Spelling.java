package io.heddle.xds.schema;

import java.util.Comparator;

/// Finds what somebody may have meant.
final class Spelling {
    private static final int MOST_EDITS = 3;
    private static final int LONGEST = 80;

    private Spelling() {}

    /// What to do about a field that there is not.
    static String remedy(MessageKind kind, String wrong) {
        return kind.fields().stream()
                .map(FieldKind::name)
                .filter(name ->
                        wrong.length() <= LONGEST && edits(name, wrong) <= Math.min(MOST_EDITS, wrong.length() / 2))
                .min(Comparator.comparingInt(name -> edits(name, wrong)))
                .map(name -> "did you mean " + name + "?")
                .orElse("remove it, or look at the fields of " + kind.name());
    }

    /// How many letters have to be put in, taken out or replaced to make one of the other (Levenshtein).
    static int edits(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
