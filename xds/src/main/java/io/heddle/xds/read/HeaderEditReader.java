package io.heddle.xds.read;

import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads header changes: removals first, as Envoy does them. Command operators (`%…%`) are not supported; such a
/// line is left out with a warning.
final class HeaderEditReader {
    private static final Fields<HeaderValueOption> OPTION = Fields.ignoringOthers(HeaderValueOption.class)
            .reads("header", "append", "keep_empty_value")
            .limits("append_action", "all but `OVERWRITE_IF_EXISTS`");
    static final Fields<HeaderValue> VALUE = Fields.refusingOthers(HeaderValue.class)
            .limits("key", "no pseudo-header and not `host`")
            .limits("value", "plain text; a line with a command operator (`%…%`) is left out, with a warning");

    /// What of header changes is read.
    static final List<Fields<?>> FIELDS = List.of(OPTION, VALUE);

    private HeaderEditReader() {}

    /// The changes; `request` or `response` begins the names of the fields they come from.
    static List<HeaderEdit> read(List<HeaderValueOption> added, List<String> removed, Scope scope, String direction) {
        var edits = new ArrayList<HeaderEdit>();
        for (int i = 0; i < removed.size(); i++) {
            if (allowed(removed.get(i), scope.at(direction + "_headers_to_remove", i))) {
                edits.add(new HeaderEdit(HeaderEdit.Action.REMOVE, HeaderName.of(removed.get(i)), ""));
            }
        }
        for (int i = 0; i < added.size(); i++) {
            option(added.get(i), scope.at(direction + "_headers_to_add", i)).ifPresent(edits::add);
        }
        return edits;
    }

    private static Optional<HeaderEdit> option(HeaderValueOption message, Scope scope) {
        scope.check(message, OPTION);
        var header = message.getHeader();
        scope.at("header").check(header, VALUE);
        var action = action(message, scope);
        var value = literal(header.getValue(), scope.at("header.value"));
        if (!allowed(header.getKey(), scope.at("header.key")) || action.isEmpty() || value.isEmpty()) {
            return Optional.empty();
        }
        if (value.get().isEmpty() && !message.getKeepEmptyValue()) {
            return Optional.empty();
        }
        return Optional.of(new HeaderEdit(action.get(), HeaderName.of(header.getKey()), value.get()));
    }

    @SuppressWarnings("deprecation") // `append` came before `append_action` and is still written
    private static Optional<HeaderEdit.Action> action(HeaderValueOption message, Scope scope) {
        if (message.hasAppend()) {
            return Optional.of(message.getAppend().getValue() ? HeaderEdit.Action.APPEND : HeaderEdit.Action.SET);
        }
        return switch (message.getAppendAction()) {
            case APPEND_IF_EXISTS_OR_ADD -> Optional.of(HeaderEdit.Action.APPEND);
            case ADD_IF_ABSENT -> Optional.of(HeaderEdit.Action.ADD_IF_ABSENT);
            case OVERWRITE_IF_EXISTS_OR_ADD -> Optional.of(HeaderEdit.Action.SET);
            case OVERWRITE_IF_EXISTS, UNRECOGNIZED -> {
                scope.at("append_action").warning(Scope.NOT_SUPPORTED, "use OVERWRITE_IF_EXISTS_OR_ADD");
                yield Optional.empty();
            }
        };
    }

    /// The value without commands: `%%` is a percent sign.
    private static Optional<String> literal(String text, Scope scope) {
        var value = HeadTexts.value(text, scope);
        var plain = value.replace("%%", "");
        if (plain.indexOf('%') >= 0) {
            scope.warning("command operators are not supported; the header is left out", "write a plain value");
            return Optional.empty();
        }
        return Optional.of(value.replace("%%", "%"));
    }

    private static boolean allowed(String name, Scope scope) {
        var lower = name.toLowerCase(Locale.ROOT);
        if (lower.isEmpty() || lower.startsWith(":") || lower.equals("host") || !isToken(lower)) {
            scope.error("is no header that can be changed: " + name, "rewrite the host with host_rewrite_literal");
            return false;
        }
        return true;
    }

    private static boolean isToken(String name) {
        return name.chars()
                .allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
    }
}
