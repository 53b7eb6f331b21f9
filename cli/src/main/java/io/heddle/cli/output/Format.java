package io.heddle.cli.output;

/// The form of a result, option `-o`.
public enum Format {
    table,
    wide,
    json,
    yaml,
    name;

    /// Whether rows for people are wanted.
    public boolean forPeople() {
        return this == table || this == wide;
    }
}
