package io.heddle.xds.read.core;

import com.google.protobuf.Message;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Which fields of one kind of message are read, and what becomes of the others when they are set.
///
/// A reader says here, and nowhere else, what it reads. The problems of set fields are derived from it
/// ([Scope#check]), and so is `docs/reference/envoy-api.md`; neither can say what the other does not. It holds names
/// only: descriptors are heavy, and a sidecar should load those of the messages that it gets.
///
/// @param type the kind of message
/// @param others what becomes of fields that are not named
/// @param named fields by name
public record Fields<M extends Message>(Class<M> type, Fate others, Map<String, Field> named) {
    /// What becomes of a field.
    public enum Fate {
        /// It is read.
        READ,
        /// It is read as far as the remark says.
        LIMITED,
        /// It may be set and changes nothing: the remark says why that is as meant.
        ACCEPTED,
        /// It has no effect, and a warning says so.
        IGNORED,
        /// It refuses the whole configuration: without it the message would mean something else.
        REFUSED,
        /// It refuses the whole configuration too; the reader says so itself, with a reason of its own.
        REJECTED
    }

    /// What is known of a field.
    ///
    /// @param remark for people: the limits, or why; may be empty
    public record Field(Fate fate, String remark) {}

    /// Keeps the fields in the order in which they were declared.
    public Fields {
        named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
    }

    /// A message of which a field that is not named changes nothing that matters: it is ignored, with a warning.
    public static <M extends Message> Fields<M> ignoringOthers(Class<M> type) {
        return new Fields<>(type, Fate.IGNORED, Map.of());
    }

    /// A message that would mean something else without a field that is not named: it is refused.
    public static <M extends Message> Fields<M> refusingOthers(Class<M> type) {
        return new Fields<>(type, Fate.REFUSED, Map.of());
    }

    /// These are read.
    public Fields<M> reads(String... names) {
        return with(new Field(Fate.READ, ""), names);
    }

    /// This one is read as far as `remark` says.
    public Fields<M> limits(String name, String remark) {
        return with(new Field(Fate.LIMITED, remark), name);
    }

    /// This one changes nothing, because of `remark`.
    public Fields<M> accepts(String name, String remark) {
        return with(new Field(Fate.ACCEPTED, remark), name);
    }

    /// These are ignored, with a warning.
    public Fields<M> ignores(String... names) {
        return with(new Field(Fate.IGNORED, ""), names);
    }

    /// These refuse the configuration, unless they are switches (`BoolValue`) that are off.
    public Fields<M> refuses(String... names) {
        return with(new Field(Fate.REFUSED, ""), names);
    }

    /// This one refuses the configuration, as far as `remark` says; the reader says so.
    public Fields<M> rejects(String name, String remark) {
        return with(new Field(Fate.REJECTED, remark), name);
    }

    private Fields<M> with(Field field, String... names) {
        var all = new LinkedHashMap<>(named);
        for (var name : names) {
            if (all.put(name, field) != null) {
                throw new IllegalArgumentException(type.getSimpleName() + "." + name + " is declared twice");
            }
        }
        return new Fields<>(type, others, all);
    }

    /// What becomes of the field of this name.
    public Field of(String field) {
        var found = named.get(field);
        return found == null ? new Field(others, "") : found;
    }
}
