package io.heddle.xds.read.filter;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UInt64Value;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.DescriptorStatus;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.outside.OutsideAnswer;
import io.heddle.traffic.outside.OutsideCall;
import io.heddle.traffic.ratelimit.Descriptor;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.HeaderEditReader;
import io.heddle.xds.read.core.LabelReader;
import io.heddle.xds.read.core.Scope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The messages of calls that filters have made to services outside, as bytes. An answer that cannot be
/// used as it is is none ([OutsideAnswer.Failed]): nothing of it reaches a head. Safe on any thread.
public final class OutsideMessages {
    /// So many octets of an answer are taken, unless the service's settings say otherwise.
    public static final int LONGEST = 256 * 1024;

    private static final int MOST_HEADERS = 100;
    private static final int MOST_LIMITS = 1000;
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    /// What ends a body, or belongs to one connection: nobody else may say it.
    private static final Set<String> OWN = Set.of(
            "host",
            "connection",
            "content-length",
            "keep-alive",
            "proxy-connection",
            "te",
            "transfer-encoding",
            "upgrade");

    private OutsideMessages() {}

    /// The path of the method that is called.
    public static String path(OutsideCall call) {
        return switch (call) {
            case OutsideCall.RateLimit _ -> "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";
        };
    }

    /// The message that asks.
    public static byte[] request(OutsideCall call) {
        return switch (call) {
            case OutsideCall.RateLimit limit -> limit(limit).toByteArray();
        };
    }

    /// What a message says in answer to `call`.
    public static OutsideAnswer answer(OutsideCall call, byte[] message) {
        try {
            return switch (call) {
                case OutsideCall.RateLimit _ -> limit(RateLimitResponse.parseFrom(message));
            };
        } catch (InvalidProtocolBufferException _) {
            return new OutsideAnswer.Failed("the answer is no message of its kind");
        }
    }

    private static RateLimitRequest limit(OutsideCall.RateLimit call) {
        var message = RateLimitRequest.newBuilder().setDomain(call.domain());
        call.descriptors().forEach(descriptor -> message.addDescriptors(descriptor(descriptor)));
        call.hits().ifPresent(hits -> message.setHitsAddend((int) hits));
        return message.build();
    }

    private static RateLimitDescriptor descriptor(Descriptor descriptor) {
        var message = RateLimitDescriptor.newBuilder();
        for (var entry : descriptor.entries()) {
            message.addEntriesBuilder().setKey(text(entry.key())).setValue(text(entry.value()));
        }
        descriptor.hits().ifPresent(hits -> message.setHitsAddend(UInt64Value.of(hits)));
        return message.build();
    }

    /// Octets as a text, which in protobuf is UTF-8.
    private static String text(String octets) {
        return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static OutsideAnswer limit(RateLimitResponse message) {
        var request = edits(message.getRequestHeadersToAddList());
        var response = edits(message.getResponseHeadersToAddList());
        if (request.isEmpty() || response.isEmpty()) {
            return new OutsideAnswer.Failed("the answer has a header that must not be added");
        }
        if (message.getStatusesCount() > MOST_LIMITS) {
            return new OutsideAnswer.Failed("the answer has more than " + MOST_LIMITS + " limits");
        }
        return switch (message.getOverallCode()) {
            case OK, OVER_LIMIT ->
                new OutsideAnswer.RateLimit(
                        message.getOverallCode() == RateLimitResponse.Code.OVER_LIMIT,
                        limits(message.getStatusesList()),
                        request.get(),
                        response.get(),
                        message.getRawBody().toStringUtf8(),
                        new LabelValue.Fields(LabelReader.labels(message.getDynamicMetadata())));
            case UNKNOWN, UNRECOGNIZED -> new OutsideAnswer.Failed("the answer says neither OK nor OVER_LIMIT");
        };
    }

    private static List<OutsideAnswer.Limit> limits(List<DescriptorStatus> statuses) {
        var limits = new ArrayList<OutsideAnswer.Limit>();
        for (var status : statuses) {
            if (status.hasCurrentLimit()) {
                var limit = status.getCurrentLimit();
                limits.add(new OutsideAnswer.Limit(
                        name(limit.getName()),
                        Integer.toUnsignedLong(limit.getRequestsPerUnit()),
                        seconds(limit.getUnit()),
                        Integer.toUnsignedLong(status.getLimitRemaining()),
                        status.getDurationUntilReset().getSeconds()));
            }
        }
        return limits;
    }

    /// What stands in a quoted string (RFC 9110, section 5.6.4) as it is; the rest is left out.
    private static String name(String name) {
        var kept = new StringBuilder();
        name.chars().filter(c -> c >= ' ' && c < 0x7f && c != '"' && c != '\\').forEach(c -> kept.append((char) c));
        return kept.toString();
    }

    private static long seconds(RateLimitResponse.RateLimit.Unit unit) {
        return switch (unit) {
            case SECOND -> 1;
            case MINUTE -> MINUTE;
            case HOUR -> HOUR;
            case DAY -> DAY;
            case WEEK -> 7 * DAY;
            case MONTH -> 30 * DAY;
            case YEAR -> 365 * DAY;
            case UNKNOWN, UNRECOGNIZED -> 0;
        };
    }

    /// Lines to add; empty where one of them must not be.
    private static Optional<List<HeaderEdit>> edits(List<HeaderValue> headers) {
        var edits = new ArrayList<HeaderEdit>();
        if (headers.size() > MOST_HEADERS) {
            return Optional.empty();
        }
        var silent = new Findings();
        var scope = new Scope(silent, "", "");
        for (var header : headers) {
            var value = header.getRawValue().equals(ByteString.EMPTY)
                    ? HeadTexts.value(header.getValue(), scope)
                    : HeadTexts.raw(header.getRawValue().toByteArray(), scope);
            var key = header.getKey().toLowerCase(Locale.ROOT);
            if (!HeaderEditReader.allowed(key, scope)
                    || OWN.contains(key)
                    || !silent.problems().isEmpty()) {
                return Optional.empty();
            }
            edits.add(new HeaderEdit(HeaderEdit.Action.APPEND, HeaderName.of(key), value));
        }
        return Optional.of(edits);
    }
}
