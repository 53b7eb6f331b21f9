package io.heddle.traffic.format;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.request.RequestHead;
import java.util.List;
import java.util.Optional;

/// A text with Envoy's command operators, compiled: `%NAME%`, `%NAME(arguments)%`, `%NAME(arguments):longest%`,
/// and `%%` for a percent sign.
///
/// Immutable; safe on any thread. Source: Envoy's substitution formatter, as header values and access logs use it.
public final class SubstitutionFormat {
    private final String text;
    private final List<FormatPart> parts;

    /// Of parts in order; neighbouring texts are one part.
    SubstitutionFormat(String text, List<FormatPart> parts) {
        this.text = text;
        this.parts = List.copyOf(parts);
    }

    /// Compiles `text`, which stands as one char per octet. Unknown operators, wrong arguments and a percent sign
    /// that begins no operator are errors; an operator over what no request has here is a warning, and
    /// says nothing.
    public static Checked<SubstitutionFormat> of(String text) {
        return new FormatParser(text).parse();
    }

    /// What it is made of, in order.
    List<FormatPart> parts() {
        return parts;
    }

    /// The whole text, when it is the same for every request.
    public Optional<String> fixed() {
        if (parts.isEmpty()) {
            return Optional.of("");
        }
        return parts.size() == 1 && parts.getFirst() instanceof FormatPart.Text(String text)
                ? Optional.of(text)
                : Optional.empty();
    }

    /// Whether a request's head is all that it asks for: text, `%REQ(…)%` but for `:scheme`, `%PATH(…)%`,
    /// `%QUERY_PARAM(…)%` and `%QUERY_PARAMS%`.
    public boolean isOfHead() {
        return parts.stream().allMatch(FormatPart::isOfHead);
    }

    /// Whether it asks for lines of the answer, or for trailers: those last no longer than the host's
    /// connection lets them.
    public boolean asksAnswer() {
        return parts.stream().anyMatch(FormatPart::asksAnswer);
    }

    /// The text for a request by its head, one char per octet. What is not known from that adds nothing.
    public String of(RequestHead head) {
        var out = new StringBuilder();
        append(new HeadSource(head), out);
        return out.toString();
    }

    /// Appends the text for a request, one char per octet. What is not known adds nothing.
    public void append(FormatSource source, StringBuilder out) {
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).append(source, out);
        }
    }

    /// Appends the text for a request, with `-` for every operator that says nothing, as Envoy's logs and bodies have
    /// it.
    public void appendDashed(FormatSource source, StringBuilder out) {
        for (int i = 0; i < parts.size(); i++) {
            int start = out.length();
            parts.get(i).append(source, out);
            if (out.length() == start && !parts.get(i).isThere(source)) {
                out.append('-');
            }
        }
    }

    /// Whether it is one operator and that has nothing to say, not even an empty text.
    boolean saysNothing(FormatSource source) {
        return isOperator() && !parts.getFirst().isThere(source);
    }

    /// Whether it is one operator and nothing else, so that it can say nothing at all.
    public boolean isOperator() {
        return parts.size() == 1 && !(parts.getFirst() instanceof FormatPart.Text);
    }

    /// Appends it as a JSON value, where it is one operator whose value is no text; else false, and nothing.
    public boolean appendJson(FormatSource source, StringBuilder out) {
        return parts.size() == 1 && parts.getFirst().appendJson(source, out);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SubstitutionFormat format && text.equals(format.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
