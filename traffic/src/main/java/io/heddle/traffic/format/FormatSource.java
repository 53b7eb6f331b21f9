package io.heddle.traffic.format;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// A request as a [SubstitutionFormat] sees it, at the moment when the format is filled in. Whatever is not
/// known by then adds nothing. Confined to the request's thread.
public interface FormatSource {
    /// The request's head as it came.
    RequestHead request();

    /// The response's header lines as they came; [HeaderFields#NONE] without.
    default HeaderFields response() {
        return HeaderFields.NONE;
    }

    /// The response's trailers as they came; [HeaderFields#NONE] without.
    default HeaderFields trailers() {
        return HeaderFields.NONE;
    }

    /// When the request began, milliseconds since the epoch; 0 where it only stands for one.
    default long startedAtMillis() {
        return 0;
    }

    /// When `moment` is, milliseconds since the epoch; empty where it is not known.
    default OptionalLong at(Moment moment) {
        return moment == Moment.START ? OptionalLong.of(startedAtMillis()) : OptionalLong.empty();
    }

    /// The time zone of the machine.
    default ZoneId zone() {
        return TimeFormat.UTC;
    }

    /// When `point` of the request was, in nanoseconds of a clock that only tells how long something took; 0 while it
    /// was not.
    default long stamp(TimePoint point) {
        return 0;
    }

    /// The variable `name` of the process's environment.
    default Optional<String> environment(String name) {
        return Optional.empty();
    }

    /// Whether lines of the request with this name do not count, since this hop does not believe and not forward
    /// them.
    default boolean hides(HeaderName name) {
        return false;
    }

    /// What filters have found out about the request.
    default RequestState state() {
        return RequestState.NONE;
    }

    /// What `owner` says at `path` below `namespace` of its metadata.
    default Optional<LabelValue> metadata(MetadataOwner owner, String namespace, List<String> path) {
        return owner == MetadataOwner.REQUEST ? state().metadata(namespace, path) : Optional.empty();
    }

    /// Appends the value of a request header that did not come with the request, or is hidden, and that this hop adds
    /// itself, for example `x-request-id`; nothing when it adds none of that name.
    default void appendOwn(HeaderName name, StringBuilder out) {
        // No hop, no lines of its own.
    }

    /// Appends what `operator` says; nothing when there is nothing to say.
    default void append(Operator operator, StringBuilder out) {
        // Only what came is known.
    }
}
