package io.heddle.cli.output;

import java.util.ArrayList;
import java.util.List;

/// Rows under headings, each column as wide as its widest cell, three spaces apart.
public final class Table {
    private static final String GAP = "   ";

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    /// A table with these headings and no rows.
    public Table(List<String> headings) {
        this.headings = List.copyOf(headings);
    }

    /// Adds a row; an empty cell is shown as `-`.
    ///
    /// @throws IllegalArgumentException when the row has another number of cells than there are headings
    public Table row(List<String> cells) {
        if (cells.size() != headings.size()) {
            throw new IllegalArgumentException(cells.size() + " cells for " + headings.size() + " headings");
        }
        rows.add(cells.stream().map(cell -> cell.isEmpty() ? "-" : cell).toList());
        return this;
    }

    /// The lines, headings first, without trailing spaces.
    public List<String> lines() {
        var widths = headings.stream().mapToInt(String::length).toArray();
        for (var row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        var lines = new ArrayList<String>();
        lines.add(line(headings, widths));
        rows.forEach(row -> lines.add(line(row, widths)));
        return lines;
    }

    private static String line(List<String> cells, int[] widths) {
        var line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(i == 0 ? "" : GAP)
                    .append(cells.get(i))
                    .repeat(" ", widths[i] - cells.get(i).length());
        }
        return line.toString().stripTrailing();
    }

    /// Prints the lines, the headings in bold where the console has colours.
    public void print(Console console) {
        var lines = lines();
        console.out().println(console.style(Style.BOLD, lines.getFirst()));
        lines.stream().skip(1).forEach(console.out()::println);
    }
}
