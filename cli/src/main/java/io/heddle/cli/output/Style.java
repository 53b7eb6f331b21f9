package io.heddle.cli.output;

/// The colours of the terminal, used only for what a reader must see first.
public enum Style {
    BOLD("1"),
    DIM("2"),
    RED("31"),
    GREEN("32"),
    YELLOW("33"),
    CYAN("36");

    private final String code;

    Style(String code) {
        this.code = code;
    }

    /// `text` in this style, as terminals read it.
    String on(String text) {
        return "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
