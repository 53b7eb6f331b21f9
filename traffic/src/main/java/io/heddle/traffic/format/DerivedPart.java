package io.heddle.traffic.format;

import io.heddle.traffic.match.AddressText;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.request.Span;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// An operator whose value is worked out of something else that a [FormatSource] knows: another operator's, a point in
/// time, a piece of the path.
sealed interface DerivedPart extends FormatPart {
    /// Appends it as a JSON value where that is no text; else false, and nothing.
    default boolean appendNumber(FormatSource source, StringBuilder out) {
        return false;
    }

    /// Whether a request's head is all that it asks for.
    default boolean asksHeadAlone() {
        return false;
    }

    /// `%START_TIME(format)%` and the like.
    ///
    /// @param local whether it is told in the machine's own time zone, not in UTC
    record Time(Moment moment, TimeFormat format, boolean local) implements DerivedPart {
        @Override
        public void append(FormatSource source, StringBuilder out) {
            var millis = source.at(moment);
            if (millis.isPresent()) {
                format.append(millis.getAsLong(), local ? source.zone() : TimeFormat.UTC, out);
            }
        }
    }

    /// `%COMMON_DURATION(from:to:unit)%`: how long it took from one point in time to another.
    ///
    /// @param longest how many characters it may have
    record Duration(TimePoint from, TimePoint to, TimeUnit unit, int longest) implements DerivedPart {
        @Override
        public void append(FormatSource source, StringBuilder out) {
            int start = out.length();
            appendNumber(source, out);
            FormatPart.cut(out, start, longest);
        }

        @Override
        public boolean appendNumber(FormatSource source, StringBuilder out) {
            long begin = source.stamp(from);
            long end = source.stamp(to);
            boolean both = begin != 0 && end != 0;
            if (both) {
                out.append(unit.convert(end - begin, TimeUnit.NANOSECONDS));
            }
            return both;
        }
    }

    /// `%GRPC_STATUS(style)%`: gRPC's status by its name.
    ///
    /// @param capitals `NOT_FOUND` in place of `NotFound`
    record GrpcStatus(boolean capitals, int longest) implements DerivedPart {
        @Override
        public void append(FormatSource source, StringBuilder out) {
            int start = out.length();
            source.append(Operator.GRPC_STATUS_NUMBER, out);
            if (out.length() > start) {
                int status = Integer.parseInt(out, start, out.length(), 10);
                out.setLength(start);
                out.append(GrpcNames.of(status, capitals));
                FormatPart.cut(out, start, longest);
            }
        }
    }

    /// `%ENVIRONMENT(name)%`: a variable of the proxy's environment; `-` for one that is not there, as in Envoy.
    record Environment(String name, int longest) implements DerivedPart {
        @Override
        public void append(FormatSource source, StringBuilder out) {
            int start = out.length();
            out.append(source.environment(name).map(StringMatcher::octets).orElse("-"));
            FormatPart.cut(out, start, longest);
        }
    }

    /// `%QUERY_PARAMS%`: the query as it stands, without its `?`.
    ///
    /// @param decoded whether visible characters that are percent-encoded in it are told as they are
    record Query(boolean decoded, int longest) implements DerivedPart {
        @Override
        public void append(FormatSource source, StringBuilder out) {
            int start = out.length();
            var head = source.request();
            var path = Span.isPresent(head.path()) ? Span.text(head.bytes(), head.path()) : "";
            int mark = path.indexOf('?');
            var query = path.substring(mark < 0 ? path.length() : mark + 1);
            out.append(decoded ? Percent.visible(query) : query);
            FormatPart.cut(out, start, longest);
        }

        @Override
        public boolean asksHeadAlone() {
            return true;
        }
    }

    /// The first of several operators that says something: `%COALESCE(…)%`, `%REQUESTED_SERVER_NAME(SNI_FIRST)%`.
    record First(List<FormatPart> parts, int longest) implements DerivedPart {
        public First {
            parts = List.copyOf(parts);
        }

        @Override
        public void append(FormatSource source, StringBuilder out) {
            int start = out.length();
            for (int i = 0; i < parts.size() && out.length() == start; i++) {
                parts.get(i).append(source, out);
            }
            FormatPart.cut(out, start, longest);
        }

        private Optional<FormatPart> said(FormatSource source) {
            return parts.stream()
                    .filter(part -> {
                        var out = new StringBuilder();
                        part.append(source, out);
                        return !out.isEmpty();
                    })
                    .findFirst();
        }

        @Override
        public boolean appendNumber(FormatSource source, StringBuilder out) {
            return longest == FormatPart.UNLIMITED
                    && said(source).filter(part -> part.appendJson(source, out)).isPresent();
        }

        @Override
        public boolean asksHeadAlone() {
            return parts.stream().allMatch(FormatPart::isOfHead);
        }
    }

    /// `%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(bits)%`: the network that an address is in, for example `10.1.0.0/16`.
    ///
    /// @param address an operator that says an IP address
    record Network(Operator address, int bits, int longest) implements DerivedPart {
        @Override
        public void append(FormatSource source, StringBuilder out) {
            int start = out.length();
            source.append(address, out);
            if (out.length() > start) {
                var octets = InetAddress.ofLiteral(out.substring(start)).getAddress();
                out.setLength(start);
                out.append(network(octets, Math.min(bits, octets.length * Byte.SIZE)));
                FormatPart.cut(out, start, longest);
            }
        }

        private static String network(byte[] octets, int bits) {
            for (int i = 0; i < octets.length; i++) {
                int kept = Math.clamp(bits - i * (long) Byte.SIZE, 0, Byte.SIZE);
                octets[i] &= (byte) (0xff00 >> kept);
            }
            try {
                return AddressText.of(InetAddress.getByAddress(octets)) + "/" + bits;
            } catch (UnknownHostException wrongLength) {
                throw new IllegalStateException(wrongLength);
            }
        }
    }
}
