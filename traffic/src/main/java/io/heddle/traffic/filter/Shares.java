package io.heddle.traffic.filter;

import io.heddle.traffic.layer.RuntimeShare;

/// Draws whether a request is one of a share of requests.
final class Shares {
    /// All requests, in millionths.
    static final int ALL = 1_000_000;

    private Shares() {}

    /// Whether chance puts `request` among `share`; nobody is asked where that is none or all.
    static boolean among(RuntimeShare share, FilterRequest request) {
        int millionths = share.millionths(request.runtime());
        return millionths >= ALL || (millionths > 0 && Math.unsignedMultiplyHigh(request.chance(), ALL) < millionths);
    }
}
