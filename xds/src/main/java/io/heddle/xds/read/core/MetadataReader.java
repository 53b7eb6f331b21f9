package io.heddle.xds.read.core;

import io.envoyproxy.envoy.extensions.filters.http.set_metadata.v3.Config;
import io.envoyproxy.envoy.extensions.filters.http.set_metadata.v3.Metadata;
import io.envoyproxy.envoy.type.matcher.v3.DoubleMatcher;
import io.envoyproxy.envoy.type.matcher.v3.FilterStateMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.OrMatcher;
import io.envoyproxy.envoy.type.metadata.v3.MetadataKey;
import io.envoyproxy.envoy.type.v3.DoubleRange;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.filter.SetMetadataFilter;
import io.heddle.traffic.metadata.MetadataMatcher;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.metadata.StateMatcher;
import io.heddle.traffic.metadata.ValueMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads dynamic metadata: what sets it, and what asks for it. A matcher that cannot be read as written is an error:
/// left out, it would fit too much.
public final class MetadataReader {
    private static final Fields<Config> CONFIG =
            Fields.refusingOthers(Config.class).reads("metadata_namespace", "value", "metadata");
    private static final Fields<Metadata> ENTRY =
            Fields.refusingOthers(Metadata.class).reads("metadata_namespace", "allow_overwrite", "value");
    private static final Fields<io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher> MATCHER = Fields.refusingOthers(
                    io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher.class)
            .reads("filter", "path", "value", "invert");
    private static final Fields<io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher.PathSegment> SEGMENT =
            Fields.refusingOthers(io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher.PathSegment.class)
                    .reads("key");
    private static final Fields<io.envoyproxy.envoy.type.matcher.v3.ValueMatcher> VALUE = Fields.refusingOthers(
                    io.envoyproxy.envoy.type.matcher.v3.ValueMatcher.class)
            .reads("null_match", "double_match", "string_match", "bool_match", "present_match")
            .limits("list_match", "at most 32 deep")
            .limits("or_match", "at most 32 deep");
    private static final Fields<io.envoyproxy.envoy.type.matcher.v3.ValueMatcher.NullMatch> NULL =
            Fields.refusingOthers(io.envoyproxy.envoy.type.matcher.v3.ValueMatcher.NullMatch.class);
    private static final Fields<DoubleMatcher> NUMBER =
            Fields.refusingOthers(DoubleMatcher.class).reads("range", "exact");
    private static final Fields<DoubleRange> RANGE =
            Fields.refusingOthers(DoubleRange.class).reads("start", "end");
    private static final Fields<ListMatcher> LIST =
            Fields.refusingOthers(ListMatcher.class).reads("one_of");
    private static final Fields<OrMatcher> OR =
            Fields.refusingOthers(OrMatcher.class).reads("value_matchers");
    private static final Fields<FilterStateMatcher> STATE =
            Fields.refusingOthers(FilterStateMatcher.class).reads("key", "string_match");
    private static final Fields<MetadataKey> KEY =
            Fields.refusingOthers(MetadataKey.class).reads("key", "path");
    private static final Fields<MetadataKey.PathSegment> KEY_SEGMENT =
            Fields.refusingOthers(MetadataKey.PathSegment.class).reads("key");

    /// What of metadata is read.
    static final List<Fields<?>> FIELDS =
            List.of(CONFIG, ENTRY, MATCHER, SEGMENT, VALUE, NULL, NUMBER, RANGE, LIST, OR, STATE, KEY, KEY_SEGMENT);

    private static final int DEEPEST = 32;

    private MetadataReader() {}

    /// What the filter `set_metadata` sets.
    @SuppressWarnings("deprecation") // the namespace in place came before `metadata` and is still written
    public static SetMetadataFilter.Settings settings(Config message, Scope scope) {
        scope.check(message, CONFIG);
        var entries = new ArrayList<SetMetadataFilter.Entry>();
        if (message.hasValue() && message.getMetadataNamespace().isEmpty()) {
            scope.at("metadata_namespace").error("is missing", "name whose metadata it is");
        } else if (message.hasValue()) {
            entries.add(new SetMetadataFilter.Entry(
                    message.getMetadataNamespace(),
                    new LabelValue.Fields(LabelReader.labels(message.getValue())),
                    true));
        }
        entries.addAll(entries(message.getMetadataList(), scope, "metadata"));
        var tried = new RequestState();
        for (var entry : entries) {
            if (!tried.merge(entry.namespace(), entry.value())) {
                scope.error(
                        "sets more than " + RequestState.MOST_VALUES + " values or " + RequestState.MOST_CHARACTERS
                                + " characters",
                        "set less");
                return new SetMetadataFilter.Settings(List.of());
            }
        }
        return new SetMetadataFilter.Settings(entries);
    }

    /// What the entries of the list `field` set.
    public static List<SetMetadataFilter.Entry> entries(List<Metadata> messages, Scope scope, String field) {
        var entries = new ArrayList<SetMetadataFilter.Entry>();
        for (int i = 0; i < messages.size(); i++) {
            var entry = messages.get(i);
            var here = scope.at(field, i);
            here.check(entry, ENTRY);
            if (entry.getMetadataNamespace().isEmpty()) {
                here.at("metadata_namespace").error("is missing", "name whose metadata it is");
            }
            entries.add(new SetMetadataFilter.Entry(
                    entry.getMetadataNamespace(),
                    new LabelValue.Fields(LabelReader.labels(entry.getValue())),
                    entry.getAllowOverwrite()));
        }
        return entries;
    }

    /// The matcher of dynamic metadata; empty, and an error, when it cannot be matched as written.
    public static Optional<MetadataMatcher> matcher(
            io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher message, Scope scope) {
        scope.check(message, MATCHER);
        missing(message.getFilter(), scope.at("filter"));
        if (message.getPathCount() == 0) {
            scope.at("path").error("is empty", "write at least one key");
        }
        var path = new ArrayList<String>();
        for (int i = 0; i < message.getPathCount(); i++) {
            scope.at("path", i).check(message.getPath(i), SEGMENT);
            missing(message.getPath(i).getKey(), scope.at("path", i).at("key"));
            path.add(message.getPath(i).getKey());
        }
        return value(message.getValue(), scope.at("value"), 0)
                .map(found -> new MetadataMatcher(message.getFilter(), path, found, message.getInvert()));
    }

    private static Optional<ValueMatcher> value(
            io.envoyproxy.envoy.type.matcher.v3.ValueMatcher message, Scope scope, int depth) {
        scope.check(message, VALUE);
        if (depth > DEEPEST) {
            scope.error("is nested more than " + DEEPEST + " deep", "write it flatter");
            return Optional.empty();
        }
        return switch (message.getMatchPatternCase()) {
            case NULL_MATCH -> {
                scope.at("null_match").check(message.getNullMatch(), NULL);
                yield Optional.of(new ValueMatcher.Nothing());
            }
            case DOUBLE_MATCH -> number(message.getDoubleMatch(), scope.at("double_match"));
            case STRING_MATCH ->
                MatcherReader.text(message.getStringMatch(), scope.at("string_match"))
                        .map(ValueMatcher.Text::new);
            case BOOL_MATCH -> Optional.of(new ValueMatcher.Flag(message.getBoolMatch()));
            case PRESENT_MATCH -> Optional.of(new ValueMatcher.Present(message.getPresentMatch()));
            case LIST_MATCH -> {
                var here = scope.at("list_match");
                here.check(message.getListMatch(), LIST);
                yield value(message.getListMatch().getOneOf(), here.at("one_of"), depth + 1)
                        .map(ValueMatcher.OneOf::new);
            }
            case OR_MATCH -> any(message.getOrMatch(), scope.at("or_match"), depth);
            case MATCHPATTERN_NOT_SET -> {
                scope.error("says nothing to match", "set string_match for example");
                yield Optional.empty();
            }
        };
    }

    private static Optional<ValueMatcher> number(DoubleMatcher message, Scope scope) {
        scope.check(message, NUMBER);
        return switch (message.getMatchPatternCase()) {
            case EXACT -> Optional.of(new ValueMatcher.Exactly(message.getExact()));
            case RANGE -> {
                scope.at("range").check(message.getRange(), RANGE);
                yield Optional.of(new ValueMatcher.Range(
                        message.getRange().getStart(), message.getRange().getEnd()));
            }
            case MATCHPATTERN_NOT_SET -> {
                scope.error("says no number", "set exact or range");
                yield Optional.empty();
            }
        };
    }

    private static Optional<ValueMatcher> any(OrMatcher message, Scope scope, int depth) {
        scope.check(message, OR);
        if (message.getValueMatchersCount() < 2) {
            scope.at("value_matchers").error("has fewer than two entries", "write two or more");
        }
        var matchers = new ArrayList<ValueMatcher>();
        for (int i = 0; i < message.getValueMatchersCount(); i++) {
            value(message.getValueMatchers(i), scope.at("value_matchers", i), depth + 1)
                    .ifPresent(matchers::add);
        }
        return matchers.size() == message.getValueMatchersCount()
                ? Optional.of(new ValueMatcher.Or(matchers))
                : Optional.empty();
    }

    /// The matcher of filter state; empty, and an error, when it cannot be matched as written.
    public static Optional<StateMatcher> state(FilterStateMatcher message, Scope scope) {
        scope.check(message, STATE);
        missing(message.getKey(), scope.at("key"));
        return switch (message.getMatcherCase()) {
            case STRING_MATCH ->
                MatcherReader.text(message.getStringMatch(), scope.at("string_match"))
                        .map(found -> new StateMatcher(message.getKey(), found));
            case ADDRESS_MATCH -> Optional.empty(); // refused above
            case MATCHER_NOT_SET -> {
                scope.error("says nothing to match", "set string_match");
                yield Optional.empty();
            }
        };
    }

    /// Whose metadata is meant, and where in it.
    public record Place(String namespace, List<String> path) {}

    /// The place that a key names.
    public static Place place(MetadataKey message, Scope scope) {
        scope.check(message, KEY);
        missing(message.getKey(), scope.at("key"));
        if (message.getPathCount() == 0) {
            scope.at("path").error("is empty", "write at least one key");
        }
        var path = new ArrayList<String>();
        for (int i = 0; i < message.getPathCount(); i++) {
            scope.at("path", i).check(message.getPath(i), KEY_SEGMENT);
            missing(message.getPath(i).getKey(), scope.at("path", i).at("key"));
            path.add(message.getPath(i).getKey());
        }
        return new Place(message.getKey(), path);
    }

    private static void missing(String text, Scope scope) {
        if (text.isEmpty()) {
            scope.error("is missing", "write a text");
        }
    }
}
