package io.heddle.traffic.filter;

/// One step that every request on a listener passes. A filter holds only its settings and counters that are safe on any
/// thread; it never calls the next filter, so none can forget to.
public interface HttpFilter {
    /// The name under which routes override it, for example `envoy.filters.http.rbac`.
    String name();

    /// Whether it may ask for a request's body or change bodies: what comes of them waits for it then.
    default boolean seesBodies() {
        return false;
    }

    /// Decides about a request whose head is complete.
    FilterStep onRequest(FilterRequest request);

    /// The request does not reach this filter: one before it answers, or it ends while one before it waits. What the
    /// filter does to every answer, it does to this one, too, as filters of Envoy see whatever their chain answers.
    default void onUnreached(FilterRequest request) {}

    /// The answer to an earlier [FilterStep.Ask] of this filter is there.
    default FilterStep onAnswer(FilterRequest request, FilterStep.Answer answer) {
        return FilterStep.CONTINUE;
    }
}
