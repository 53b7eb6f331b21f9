package io.heddle.model.problem;

/// One thing that is wrong with a piece of configuration, and what to do about it.
///
/// @param severity an [Severity#ERROR] refuses the object; a [Severity#WARNING] goes with it
/// @param object the object, as `Kind namespace/name`, for example `HTTPRoute shop/catalog`
/// @param path the field inside the object, for example `spec.rules[1].backendRefs[0].weight`; empty for the whole
///     object
/// @param reason what is wrong, one sentence without a full stop
/// @param remedy what to do, one sentence without a full stop; empty when the reason says it
public record Problem(Severity severity, String object, String path, String reason, String remedy) {
    /// How bad a [Problem] is.
    public enum Severity {
        ERROR,
        WARNING
    }

    /// An error, with its remedy.
    public static Problem error(String object, String path, String reason, String remedy) {
        return new Problem(Severity.ERROR, object, path, reason, remedy);
    }

    /// A warning, with its remedy.
    public static Problem warning(String object, String path, String reason, String remedy) {
        return new Problem(Severity.WARNING, object, path, reason, remedy);
    }

    /// The same of `owner`, which has its object at `field`.
    public Problem of(String owner, String field) {
        return new Problem(severity, owner, field, object + ": " + reason, remedy);
    }

    /// Whether this problem refuses its object.
    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /// One line for people: `HTTPRoute shop/catalog: spec.rules[0].weight: reason; remedy`.
    @Override
    public String toString() {
        return object + (path.isEmpty() ? "" : ": " + path) + ": " + reason + (remedy.isEmpty() ? "" : "; " + remedy);
    }
}
