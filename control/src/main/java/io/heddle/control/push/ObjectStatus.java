package io.heddle.control.push;

import io.heddle.model.problem.Problem;
import java.util.List;
import java.util.Optional;

/// Where one stored object is in force.
///
/// The proxies counted are those that are connected, have proved who they are by a certificate, and ask for clusters
/// and listeners. One on the plaintext port is only a claim, and one that asks for less runs something else.
///
/// @param accepted whether it takes part in the mesh
/// @param problems why it does not
/// @param warnings what of it leads nowhere now, although it takes part
/// @param activeOn how many counted proxies have every resource that it has a part in, as that is offered now
/// @param proxies how many proxies are counted
/// @param rejectedBy the proxies that refused a resource that it has a part in; a refusal of anything else, or before
///     the object was offered, does not count
/// @param liveAfterMillis how long it took from when it was stored and the first counted proxy was connected until the
///     last one had it; empty while one has not
public record ObjectStatus(
        boolean accepted,
        List<Problem> problems,
        List<Problem> warnings,
        int activeOn,
        int proxies,
        List<Refusal> rejectedBy,
        Optional<Long> liveAfterMillis) {
    public ObjectStatus {
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
        rejectedBy = List.copyOf(rejectedBy);
    }

    /// This, live so long after it was stored.
    ObjectStatus liveAfter(Optional<Long> millis) {
        return new ObjectStatus(accepted, problems, warnings, activeOn, proxies, rejectedBy, millis);
    }

    /// This with `found` as its warnings.
    ObjectStatus withWarnings(List<Problem> found) {
        return new ObjectStatus(accepted, problems, found, activeOn, proxies, rejectedBy, liveAfterMillis);
    }

    /// A proxy's refusal.
    ///
    /// @param proxy the proxy's id
    /// @param reason in the proxy's words
    public record Refusal(String proxy, String reason) {}
}
