package io.heddle.xds.read;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// The fields of a message that are set.
///
/// As `getAllFields`, but by a look at the message's bytes. The generated classes answer that question by reflection
/// on their accessors, which loads every class that stands in the signature of any of them: nearly the whole of
/// Envoy's API, some 20 MB in every sidecar.
final class SetFields {
    private SetFields() {}

    /// The set fields in the order of their numbers, without those that the message's type does not know.
    static List<FieldDescriptor> of(Message message) {
        var type = message.getDescriptorForType();
        return numbers(message).stream()
                .map(type::findFieldByNumber)
                .filter(field -> field != null)
                .toList();
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
