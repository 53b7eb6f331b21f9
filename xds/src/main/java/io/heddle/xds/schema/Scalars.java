package io.heddle.xds.schema;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Numbers, texts, switches and bytes of a tree. A number may be written as a text. As in Envoy a text is no whole
/// number and no switch (`prefix: 7`), which are no texts in JSON either; what has a fraction or an exponent is one, as
/// its reader of YAML knows no such numbers.
final class Scalars {
    private static final BigInteger MOST_UINT32 = BigInteger.valueOf(0xffff_ffffL);
    private static final BigInteger MOST_UINT64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private static final int LONGEST_NUMBER = 400; // digits; no exponent beyond is a number of any type

    private Scalars() {}

    /// Writes `value` as `field`; or writes nothing and says what belongs there instead.
    static Optional<String> write(CodedOutputStream out, FieldKind field, @Nullable Object value) throws IOException {
        int number = field.number();
        return switch (field.type()) {
            case BOOL -> bool(out, number, value);
            case STRING -> string(out, number, value);
            case BYTES -> bytes(out, number, value);
            case DOUBLE, FLOAT -> real(out, field, value);
            case INT32, SINT32, SFIXED32 ->
                whole(out, field, value, BigInteger.valueOf(Integer.MIN_VALUE), BigInteger.valueOf(Integer.MAX_VALUE));
            case UINT32, FIXED32 -> whole(out, field, value, BigInteger.ZERO, MOST_UINT32);
            case INT64, SINT64, SFIXED64 ->
                whole(out, field, value, BigInteger.valueOf(Long.MIN_VALUE), BigInteger.valueOf(Long.MAX_VALUE));
            case UINT64, FIXED64 -> whole(out, field, value, BigInteger.ZERO, MOST_UINT64);
            case MESSAGE, GROUP, ENUM -> throw new IllegalArgumentException("no scalar: " + field);
        };
    }

    private static Optional<String> bool(CodedOutputStream out, int number, @Nullable Object value) throws IOException {
        var text = String.valueOf(value);
        if (!text.equals("true") && !text.equals("false")) {
            return Optional.of("true or false");
        }
        out.writeBool(number, text.equals("true"));
        return Optional.empty();
    }

    private static Optional<String> string(CodedOutputStream out, int number, @Nullable Object value)
            throws IOException {
        if (!(value instanceof String || value instanceof Double)) {
            return Optional.of(value instanceof Number || value instanceof Boolean ? "a text in quotes" : "a text");
        }
        out.writeString(number, value.toString());
        return Optional.empty();
    }

    private static Optional<String> bytes(CodedOutputStream out, int number, @Nullable Object value)
            throws IOException {
        var text = String.valueOf(value);
        boolean forUrls = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
        try {
            var decoder = forUrls ? Base64.getUrlDecoder() : Base64.getDecoder();
            out.writeByteArray(number, decoder.decode(text));
            return Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.of("base64");
        }
    }

    private static Optional<String> real(CodedOutputStream out, FieldKind field, @Nullable Object value)
            throws IOException {
        double read;
        try {
            read = value instanceof Number number ? number.doubleValue() : Double.parseDouble(String.valueOf(value));
        } catch (NumberFormatException _) {
            return Optional.of("a number");
        }
        if (field.type() == FieldKind.Type.DOUBLE) {
            out.writeDouble(field.number(), read);
            return Optional.empty();
        }
        if (Double.isFinite(read) && Float.isInfinite((float) read)) {
            return Optional.of("a number that fits a float");
        }
        out.writeFloat(field.number(), (float) read);
        return Optional.empty();
    }

    private static Optional<String> whole(
            CodedOutputStream out, FieldKind field, @Nullable Object value, BigInteger least, BigInteger most)
            throws IOException {
        var read = whole(value);
        if (read.isEmpty() || read.get().compareTo(least) < 0 || read.get().compareTo(most) > 0) {
            return Optional.of("a whole number from " + least + " to " + most);
        }
        long bits = read.get().longValue();
        int number = field.number();
        switch (field.type()) {
            case INT32 -> out.writeInt32(number, (int) bits);
            case SINT32 -> out.writeSInt32(number, (int) bits);
            case SFIXED32 -> out.writeSFixed32(number, (int) bits);
            case UINT32 -> out.writeUInt32(number, (int) bits);
            case FIXED32 -> out.writeFixed32(number, (int) bits);
            case INT64 -> out.writeInt64(number, bits);
            case SINT64 -> out.writeSInt64(number, bits);
            case SFIXED64 -> out.writeSFixed64(number, bits);
            case UINT64 -> out.writeUInt64(number, bits);
            case FIXED64 -> out.writeFixed64(number, bits);
            case DOUBLE, FLOAT, BOOL, STRING, GROUP, MESSAGE, BYTES, ENUM ->
                throw new IllegalArgumentException("no whole number: " + field);
        }
        return Optional.empty();
    }

    /// A whole number, however it is written (`1e3` is one).
    private static Optional<BigInteger> whole(@Nullable Object value) {
        if (value instanceof Integer || value instanceof Long) {
            return Optional.of(BigInteger.valueOf(((Number) value).longValue()));
        }
        if (value instanceof BigInteger large) {
            return Optional.of(large);
        }
        if (!(value instanceof Double || value instanceof String)) {
            return Optional.empty();
        }
        try {
            var read = new BigDecimal(value.toString());
            boolean small = Math.abs((long) read.precision() - read.scale()) <= LONGEST_NUMBER
                    && read.scale() <= LONGEST_NUMBER;
            return small ? Optional.of(read.toBigIntegerExact()) : Optional.empty();
        } catch (NumberFormatException | ArithmeticException _) {
            return Optional.empty();
        }
    }
}
