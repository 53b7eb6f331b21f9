package io.heddle.traffic.filter;

/// Draws whether a request is one of a share of requests.
final class Shares {
    /// All requests, in millionths.
    static final int ALL = 1_000_000;

    private Shares() {}

    /// Whether chance puts `request` among `millionths`; nobody is asked where that is none or all.
    static boolean among(int millionths, FilterRequest request) {
        return millionths >= ALL || (millionths > 0 && Math.unsignedMultiplyHigh(request.chance(), ALL) < millionths);
    }
}
