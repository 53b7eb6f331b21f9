package io.heddle.xds.read.core;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.heddle.model.problem.Problem;
import io.heddle.xds.schema.FieldKind;
import java.util.Optional;

/// A place inside a resource, and where the problems found there go. Every reader gets one and hands on [#at] to the
/// next, so that each problem has its path.
///
/// @param findings where problems go; shared by all scopes of one compilation
/// @param object the resource, for example `Listener virtualInbound`
/// @param path the field inside it; empty for the whole
public record Scope(Findings findings, String object, String path) {
    /// The reason of fields that have no effect here.
    public static final String NOT_SUPPORTED = "is not supported";
    private static final String TYPE_PREFIX = "type.googleapis.com/";

    /// The scope of a whole resource.
    public Scope of(String resource) {
        return new Scope(findings, resource, "");
    }

    /// A field below.
    public Scope at(String field) {
        return new Scope(findings, object, path.isEmpty() ? field : path + "." + field);
    }

    /// An element of a repeated field below.
    public Scope at(String field, int index) {
        return at(field + "[" + index + "]");
    }

    /// An element of this repeated field.
    public Scope at(int index) {
        return new Scope(findings, object, path + "[" + index + "]");
    }

    /// An element of a map field below.
    public Scope at(String field, String key) {
        return at(field + "[" + key + "]");
    }

    /// Reports what refuses the resource, and what to do about it.
    public void error(String reason, String remedy) {
        findings.add(Problem.error(object, path, reason, remedy));
    }

    /// Reports what is otherwise than written, and what to do about it.
    public void warning(String reason, String remedy) {
        findings.add(Problem.warning(object, path, reason, remedy));
    }

    /// Reports every set field of `message` that `fields` does not read, those among them whose name is not known.
    public <M extends Message> void check(M message, Fields<M> fields) {
        var set = SetFields.of(message);
        for (int number : set.unknown()) {
            unknown(set.type(), number, fields.others());
        }
        for (var field : set.known()) {
            switch (fields.of(field.name()).fate()) {
                case READ, LIMITED, ACCEPTED, REJECTED -> {}
                case IGNORED -> at(field.name()).warning(NOT_SUPPORTED, "remove it; it has no effect");
                case REFUSED -> refuse(message, field);
            }
        }
    }

    private void unknown(String type, int number, Fields.Fate others) {
        var reason = "has a field with the number " + number + ", which " + type + " is not known to have";
        switch (others) {
            case READ, LIMITED, ACCEPTED, IGNORED -> warning(reason, "remove it; it has no effect");
            case REFUSED, REJECTED -> error(reason, "remove it; the resource cannot be honoured as written");
        }
    }

    private void refuse(Message message, FieldKind field) {
        if (SetFields.isOff(message, field)) {
            return;
        }
        at(field.name()).error(NOT_SUPPORTED, "remove it; the resource cannot be honoured as written");
    }

    /// Says that `cluster` is named here; whether it exists is checked at the end ([Findings#checkMentions]).
    public void mention(String cluster, Optional<Boolean> validate) {
        findings.mention(cluster, this, validate);
    }

    /// The message packed in `any`; empty, and an error, when it is malformed.
    public <T extends Message> Optional<T> unpack(Any any, Parser<T> parser) {
        try {
            return Optional.of(parser.parseFrom(any.getValue()));
        } catch (InvalidProtocolBufferException e) {
            error("is a malformed " + type(any) + ": " + e.getMessage(), "pack the message that its type_url names");
            return Optional.empty();
        }
    }

    /// The full name of the message packed in `any`.
    public static String type(Any any) {
        var url = any.getTypeUrl();
        return url.startsWith(TYPE_PREFIX) ? url.substring(TYPE_PREFIX.length()) : url;
    }
}
