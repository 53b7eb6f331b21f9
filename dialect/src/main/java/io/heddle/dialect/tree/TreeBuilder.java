package io.heddle.dialect.tree;

import io.heddle.model.problem.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;

/// Builds the tree of one document from parser events.
///
/// A field without a value is an error, because a security policy's `from:` with nothing behind it would otherwise
/// read as "anyone". Only `metadata` and `status`, which tools fill with nulls, may hold them; there they count as
/// absent.
final class TreeBuilder {
    private static final String TEXT_TAG = Tag.STR.getValue();

    private final Iterator<Event> events;
    private final List<Problem> problems;
    private final Predicate<String> texts;
    private final CoreScalarResolver resolver = new CoreScalarResolver(false);
    private final Map<String, Node> anchors = new HashMap<>();
    private int repeated;

    TreeBuilder(Iterator<Event> events, List<Problem> problems, Predicate<String> texts) {
        this.events = events;
        this.problems = problems;
        this.texts = texts;
    }

    /// A value with what it would cost to repeat it; the value is absent for a null.
    private record Node(@Nullable Object value, int size, int depth) {}

    /// The document's tree; empty for a document that holds nothing.
    Optional<Object> document() {
        return Optional.ofNullable(node(events.next(), "", 0).value);
    }

    private Node node(Event event, String path, int depth) {
        if (depth > TreeReader.MAX_DEPTH) {
            throw new TreeException(path, event, "nested deeper than " + TreeReader.MAX_DEPTH, "flatten it");
        }
        if (event instanceof AliasEvent alias) {
            return repeat(alias, path, depth);
        }
        var node = switch (event) {
            case ScalarEvent scalar -> new Node(scalar(scalar, path), 1, 0);
            case MappingStartEvent mapping -> mapping(mapping, path, depth);
            case SequenceStartEvent sequence -> sequence(sequence, path, depth);
            default -> throw new IllegalStateException("unexpected YAML event " + event);
        };
        if (event instanceof NodeEvent anchored) {
            anchored.getAnchor().ifPresent(anchor -> anchors.put(anchor.getValue(), node));
        }
        return node;
    }

    private Node repeat(AliasEvent alias, String path, int depth) {
        var name = alias.getAlias().getValue();
        var node = anchors.get(name);
        if (node == null) {
            throw new TreeException(
                    path,
                    alias,
                    "no complete value is anchored as \"" + name + "\"",
                    "put &" + name + " on a value further up");
        }
        repeated += node.size;
        if (repeated > TreeReader.MAX_REPEATED) {
            throw new TreeException(
                    path, alias, "aliases repeat more than " + TreeReader.MAX_REPEATED + " values", "write them out");
        }
        if (depth + node.depth > TreeReader.MAX_DEPTH) {
            throw new TreeException(path, alias, "nested deeper than " + TreeReader.MAX_DEPTH, "flatten it");
        }
        return node;
    }

    private Node mapping(MappingStartEvent start, String path, int depth) {
        refuseTag(start.getTag(), Tag.MAP, start, path);
        var map = new LinkedHashMap<String, Object>();
        int size = 1;
        int deepest = 0;
        for (var event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            var key = key(event, path);
            var place = path.isEmpty() ? key : path + "." + key;
            var valueEvent = events.next();
            var node = node(valueEvent, place, depth + 1);
            size += 1 + node.size;
            deepest = Math.max(deepest, node.depth + 1);
            if (node.value == null) {
                refuseNull(valueEvent, place);
            } else if (map.put(key, node.value) != null) {
                throw new TreeException(place, event, "the key \"" + key + "\" is given twice", "remove one");
            }
        }
        return new Node(Collections.unmodifiableMap(map), size, deepest);
    }

    private String key(Event event, String path) {
        if (event instanceof ScalarEvent scalar) {
            return scalar.getValue();
        }
        throw new TreeException(path, event, "a key must be plain text", "quote it");
    }

    private Node sequence(SequenceStartEvent start, String path, int depth) {
        refuseTag(start.getTag(), Tag.SEQ, start, path);
        var list = new ArrayList<>();
        int size = 1;
        int deepest = 0;
        for (var event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            var place = path + "[" + list.size() + "]";
            var node = node(event, place, depth + 1);
            size += node.size;
            deepest = Math.max(deepest, node.depth + 1);
            if (node.value == null) {
                throw new TreeException(place, event, "the item has no value", "give it one or remove it");
            }
            list.add(node.value);
        }
        return new Node(Collections.unmodifiableList(list), size, deepest);
    }

    private void refuseNull(Event event, String path) {
        boolean tolerated = path.contains("metadata.") || path.equals("status") || path.contains("status.");
        if (!tolerated) {
            var line = new TreeException(path, event, "the field has no value", "give it one or remove it");
            problems.add(Problem.error("input", path, line.place() + line.reason(), line.remedy()));
        }
    }

    private @Nullable Object scalar(ScalarEvent event, String path) {
        var text = event.getValue();
        var tag = event.getTag().orElse("");
        if (tag.equals(TEXT_TAG) || ((tag.isEmpty() || tag.equals("!")) && !event.isPlain())) {
            return text;
        }
        if (!tag.isEmpty()) {
            throw new TreeException(path, event, "the tag " + tag + " is not taken", "remove the tag");
        }
        var kind = resolver.resolve(text, true);
        if (kind.equals(Tag.NULL)) {
            return null;
        }
        if (texts.test(path)) {
            return text;
        }
        if (kind.equals(Tag.BOOL)) {
            return Boolean.parseBoolean(text);
        }
        if (kind.equals(Tag.INT)) {
            return integer(event, path);
        }
        return kind.equals(Tag.FLOAT) ? decimal(event, path) : text;
    }

    private static Long integer(ScalarEvent event, String path) {
        var text = event.getValue();
        try {
            if (text.startsWith("0o")) {
                return Long.parseLong(text.substring(2), 8);
            }
            return text.startsWith("0x") ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw new TreeException(path, event, "the number is too large", "quote it if it is text");
        }
    }

    private static Double decimal(ScalarEvent event, String path) {
        var text = event.getValue();
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException _) {
            // .inf and .nan are numbers in YAML but not in JSON: refused below
        }
        throw new TreeException(path, event, "\"" + text + "\" is not a finite number", "quote it if it is text");
    }

    private static void refuseTag(Optional<String> tag, Tag expected, Event event, String path) {
        if (tag.isPresent() && !tag.get().equals(expected.getValue())) {
            throw new TreeException(path, event, "the tag " + tag.get() + " is not taken", "remove the tag");
        }
    }
}
