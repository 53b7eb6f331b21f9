package io.heddle.xds.read;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.heddle.model.problem.Problem;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A place inside a resource, and the list to which problems found there are added. Every reader gets one and hands on
/// [#at] to the next, so that each problem has its path.
///
/// @param problems where problems go; shared by all scopes of one compilation
/// @param object the resource, for example `Listener virtualInbound`
/// @param path the field inside it; empty for the whole
record Scope(List<Problem> problems, String object, String path) {
    static final String NOT_SUPPORTED = "is not supported";
    private static final String TYPE_PREFIX = "type.googleapis.com/";

    /// The scope of a whole resource.
    Scope of(String resource) {
        return new Scope(problems, resource, "");
    }

    /// A field below.
    Scope at(String field) {
        return new Scope(problems, object, path.isEmpty() ? field : path + "." + field);
    }

    /// An element of a repeated field below.
    Scope at(String field, int index) {
        return at(field + "[" + index + "]");
    }

    /// An element of a map field below.
    Scope at(String field, String key) {
        return at(field + "[" + key + "]");
    }

    void error(String reason, String remedy) {
        problems.add(Problem.error(object, path, reason, remedy));
    }

    void warning(String reason, String remedy) {
        problems.add(Problem.warning(object, path, reason, remedy));
    }

    /// Warns of every set field of `message` that is not among `known`.
    void knows(Message message, String... known) {
        for (var field : unknown(message, known)) {
            at(field).warning(NOT_SUPPORTED, "remove it; it has no effect");
        }
    }

    /// Refuses every set field of `message` that is not among `known`: without it the message would mean something
    /// else.
    void demands(Message message, String... known) {
        for (var field : unknown(message, known)) {
            at(field).error(NOT_SUPPORTED, "remove it; the resource cannot be honoured as written");
        }
    }

    private static List<String> unknown(Message message, String... known) {
        var names = Set.of(known);
        return SetFields.of(message).stream()
                .map(FieldDescriptor::getName)
                .filter(name -> !names.contains(name))
                .toList();
    }

    /// The message packed in `any`; empty, and an error, when it is malformed.
    <T extends Message> Optional<T> unpack(Any any, Parser<T> parser) {
        try {
            return Optional.of(parser.parseFrom(any.getValue()));
        } catch (InvalidProtocolBufferException e) {
            error("is a malformed " + type(any) + ": " + e.getMessage(), "");
            return Optional.empty();
        }
    }

    /// The full name of the message packed in `any`.
    static String type(Any any) {
        var url = any.getTypeUrl();
        return url.startsWith(TYPE_PREFIX) ? url.substring(TYPE_PREFIX.length()) : url;
    }
}
