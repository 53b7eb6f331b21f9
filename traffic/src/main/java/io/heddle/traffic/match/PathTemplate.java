package io.heddle.traffic.match;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A path made of text and of the variables of a [UriTemplate], as Envoy's `path.rewrite.uri_template`. Immutable.
public final class PathTemplate {
    private final UriTemplate template;
    private final String text;
    private final List<Object> parts;

    private PathTemplate(UriTemplate template, String text, List<Object> parts) {
        this.template = template;
        this.text = text;
        this.parts = List.copyOf(parts);
    }

    /// Reads `text`, in which `{name}` stands for a variable of `template`; empty when it is no such text.
    public static Optional<PathTemplate> of(String text, UriTemplate template) {
        var parts = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int open = text.indexOf('{', at);
            int end = open < 0 ? text.length() : open;
            if (text.substring(at, end).indexOf('}') >= 0
                    || text.substring(at, end).indexOf('*') >= 0) {
                return Optional.empty();
            }
            parts.add(text.substring(at, end));
            if (open < 0) {
                break;
            }
            int close = text.indexOf('}', open);
            int group = close < 0 ? -1 : template.variables().indexOf(text.substring(open + 1, close));
            if (group < 0) {
                return Optional.empty();
            }
            parts.add(group + 1);
            at = close + 1;
        }
        return text.startsWith("/") ? Optional.of(new PathTemplate(template, text, parts)) : Optional.empty();
    }

    /// The path that `path`, which fits the template, becomes; as it is when it does not fit.
    public String apply(String path) {
        var matcher = template.pattern().matcher(path);
        if (!matcher.matches()) {
            return path;
        }
        var result = new StringBuilder();
        for (var part : parts) {
            switch (part) {
                case Integer group -> result.append(matcher.group(group));
                default -> result.append(part);
            }
        }
        return result.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PathTemplate path && text.equals(path.text) && template.equals(path.template);
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
