package io.heddle.proxy.http;

import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.Rewrite;
import java.util.Optional;

/// A request as it goes to a host, before any protocol has written it. Written within the call that hands it over:
/// the bytes are the client's.
///
/// @param head as received
/// @param rewrite how host and path change
/// @param fallback the authority where neither the request nor the rewrite has one
/// @param lines the header lines; no `host` is among the added ones
/// @param upgrade the protocol that the connection is to change to, `connect` for CONNECT; empty for none
/// @param complete whether no body follows
public record OutgoingRequest(
        HttpRequestHead head, Rewrite rewrite, String fallback, EditedLines lines, String upgrade, boolean complete) {
    /// Stands for CONNECT among the protocols to change to.
    public static final String CONNECT = "connect";

    /// Whether `status` answers this request by changing the protocol (RFC 9110, sections 9.3.6 and 15.2.2).
    public boolean isUpgradedBy(int status) {
        return isUpgrade(upgrade, status);
    }

    /// Whether `status` answers a request for `upgrade` by changing the protocol.
    public static boolean isUpgrade(String upgrade, int status) {
        if (upgrade.isEmpty()) {
            return false;
        }
        return upgrade.equals(CONNECT) ? status >= 200 && status < 300 : status == 101;
    }

    /// Whether the request line that was received can be sent on as it is, if there is one.
    public boolean keepsTarget() {
        return rewrite.isNone();
    }

    /// The path and query, when they are not those received.
    public Optional<String> newPath() {
        return rewrite.path() instanceof Rewrite.Path.Keep
                ? Optional.empty()
                : Optional.of(rewrite.path().applyTo(head));
    }

    /// The authority, when it is not the one received.
    public Optional<String> newAuthority() {
        if (rewrite.host().isPresent()) {
            return rewrite.host();
        }
        return Span.isPresent(head.authority()) ? Optional.empty() : Optional.of(fallback);
    }
}
