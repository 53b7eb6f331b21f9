package io.heddle.xds.read.core;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import io.heddle.xds.schema.FieldKind;
import io.heddle.xds.schema.Schema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// The fields of a message that are set.
///
/// As `getAllFields`, but by a look at the message's bytes and the [Schema]. The generated classes answer that question
/// by their descriptors and by reflection on their accessors, which loads every class that stands in the signature of
/// any of them: nearly the whole of Envoy's API, some 20 MB in every sidecar.
///
/// @param type the full name of the message's type; empty where nothing is set
/// @param known those that the type has, in the order of their numbers
/// @param unknown the numbers of those that it does not have: of a newer version, or made up
record SetFields(String type, List<FieldKind> known, List<Integer> unknown) {
    private static final SetFields NONE = new SetFields("", List.of(), List.of());

    /// The set fields of a message.
    static SetFields of(Message message) {
        var numbers = numbers(message);
        if (numbers.isEmpty()) {
            return NONE;
        }
        var kind = Schema.envoy().kind(message);
        var known = new ArrayList<FieldKind>();
        var unknown = new ArrayList<Integer>();
        for (int number : numbers) {
            kind.field(number).ifPresentOrElse(known::add, () -> unknown.add(number));
        }
        return new SetFields(kind.name(), known, unknown);
    }

    /// Whether `field`, a `BoolValue`, is written down but off. One that is no message is not off: nobody knows what it
    /// means.
    static boolean isOff(Message message, FieldKind field) {
        if (!field.isSwitch()) {
            return false;
        }
        boolean off = true;
        try {
            var in = message.toByteString().newCodedInput();
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                boolean asked = WireFormat.getTagFieldNumber(tag) == field.number();
                if (asked && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                    off &= !BoolValue.parseFrom(in.readByteArray()).getValue();
                } else {
                    off &= !asked;
                    in.skipField(tag);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("a message wrote bytes that are none", e);
        }
        return off;
    }

    private static SortedSet<Integer> numbers(Message message) {
        var numbers = new TreeSet<Integer>();
        try {
            var in = message.toByteString().newCodedInput();
            while (true) {
                int tag = in.readTag();
                if (tag == 0) {
                    return numbers;
                }
                numbers.add(WireFormat.getTagFieldNumber(tag));
                in.skipField(tag);
            }
        } catch (IOException e) {
            throw new IllegalStateException("a message wrote bytes that are none", e);
        }
    }
}
