package io.heddle.xds.read.core;

import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads header changes: removals first, as Envoy does them.
public final class HeaderEditReader {
    private static final Fields<HeaderValueOption> OPTION = Fields.ignoringOthers(HeaderValueOption.class)
            .reads("header", "append", "append_action", "keep_empty_value");
    static final Fields<HeaderValue> VALUE = Fields.refusingOthers(HeaderValue.class)
            .limits("key", "no pseudo-header and not `host`")
            .limits("value", "which command operators (`%…%`) are known, [stands here](substitution.md)")
            .limits("raw_value", "as `value`, octet for octet; not in the metadata of gRPC services");

    /// What of header changes is read.
    static final List<Fields<?>> FIELDS = List.of(OPTION, VALUE);

    private static final int MOST = 1000;

    private HeaderEditReader() {}

    /// The changes; `request` or `response` begins the names of the fields they come from.
    public static List<HeaderChange> read(
            List<HeaderValueOption> added, List<String> removed, Scope scope, String direction) {
        var edits = new ArrayList<HeaderChange>();
        for (int i = 0; i < removed.size(); i++) {
            if (allowed(removed.get(i), scope.at(direction + "_headers_to_remove", i))) {
                edits.add(new HeaderChange.Fixed(
                        new HeaderEdit(HeaderEdit.Action.REMOVE, HeaderName.of(removed.get(i)), "")));
            }
        }
        if (added.size() > MOST) {
            scope.at(direction + "_headers_to_add")
                    .error("has " + added.size() + " headers, more than " + MOST, "add fewer");
        }
        // Of one level, what replaces comes before what adds, as in Envoy.
        var options = options(added, scope, direction + "_headers_to_add");
        options.stream().filter(HeaderEditReader::replaces).forEach(edits::add);
        options.stream().filter(option -> !replaces(option)).forEach(edits::add);
        return edits;
    }

    private static boolean replaces(HeaderChange change) {
        var action = switch (change) {
            case HeaderChange.Fixed(HeaderEdit edit) -> edit.action();
            case HeaderChange.Formatted formatted -> formatted.action();
        };
        return switch (action) {
            case SET, SET_IF_PRESENT, REMOVE -> true;
            case APPEND, ADD_IF_ABSENT -> false;
        };
    }

    /// Additions alone, of repeated field `field`.
    public static List<HeaderChange> options(List<HeaderValueOption> added, Scope scope, String field) {
        var changes = new ArrayList<HeaderChange>();
        for (int i = 0; i < added.size(); i++) {
            option(added.get(i), scope.at(field, i)).ifPresent(changes::add);
        }
        return changes;
    }

    /// The change that sets, adds or removes one header; empty, and an error, when it is not allowed.
    public static Optional<HeaderChange> option(HeaderValueOption message, Scope scope) {
        scope.check(message, OPTION);
        var header = message.getHeader();
        scope.at("header").check(header, VALUE);
        var action = action(message, scope);
        var text = header.getRawValue().isEmpty()
                ? HeadTexts.value(header.getValue(), scope.at("header.value"))
                : HeadTexts.raw(header.getRawValue().toByteArray(), scope.at("header.raw_value"));
        boolean raw = !header.getRawValue().isEmpty();
        var format = FormatReader.read(text, scope.at(raw ? "header.raw_value" : "header.value"));
        if (!allowed(header.getKey(), scope.at("header.key")) || action.isEmpty() || format.isEmpty()) {
            return Optional.empty();
        }
        var name = HeaderName.of(header.getKey());
        var fixed = format.get().fixed();
        if (fixed.isEmpty()) {
            return Optional.of(
                    new HeaderChange.Formatted(action.get(), name, format.get(), message.getKeepEmptyValue()));
        }
        if (fixed.get().isEmpty() && !message.getKeepEmptyValue()) {
            return Optional.empty();
        }
        return Optional.of(new HeaderChange.Fixed(new HeaderEdit(action.get(), name, fixed.get())));
    }

    @SuppressWarnings("deprecation") // `append` came before `append_action` and is still written
    private static Optional<HeaderEdit.Action> action(HeaderValueOption message, Scope scope) {
        if (message.hasAppend()) {
            if (message.getAppendActionValue() != 0) {
                scope.at("append").error("stands beside append_action", "remove it");
            }
            return Optional.of(message.getAppend().getValue() ? HeaderEdit.Action.APPEND : HeaderEdit.Action.SET);
        }
        return switch (message.getAppendAction()) {
            case APPEND_IF_EXISTS_OR_ADD -> Optional.of(HeaderEdit.Action.APPEND);
            case ADD_IF_ABSENT -> Optional.of(HeaderEdit.Action.ADD_IF_ABSENT);
            case OVERWRITE_IF_EXISTS_OR_ADD -> Optional.of(HeaderEdit.Action.SET);
            case OVERWRITE_IF_EXISTS -> Optional.of(HeaderEdit.Action.SET_IF_PRESENT);
            case UNRECOGNIZED -> {
                scope.at("append_action").error("is not known", "use APPEND_IF_EXISTS_OR_ADD or another that is");
                yield Optional.empty();
            }
        };
    }

    /// Whether a header of this name may be changed; if not, that is an error.
    public static boolean allowed(String name, Scope scope) {
        var lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith(":") || lower.equals("host")) {
            scope.error("is no header that can be changed: " + name, instead(lower));
            return false;
        }
        if (lower.isEmpty() || !isToken(lower)) {
            scope.error(
                    lower.isEmpty() ? "is empty" : "is no name of a header: " + name,
                    "name a header by letters, digits and hyphens, for example x-user");
            return false;
        }
        return true;
    }

    private static String instead(String lower) {
        return switch (lower) {
            case "host", ":authority" -> "rewrite the host with host_rewrite_literal";
            case ":path" -> "rewrite the path with prefix_rewrite or regex_rewrite";
            default -> "take it out, or name a header that does not begin with a colon";
        };
    }

    private static boolean isToken(String name) {
        return name.chars()
                .allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
    }
}
