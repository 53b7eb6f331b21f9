package io.heddle.traffic.format;

/// A point in the life of a request, called as `%COMMON_DURATION%` calls it: of the client's side (`DS`) or the
/// host's (`US`), receiving (`RX`) or sending (`TX`), its beginning or its end.
public enum TimePoint {
    DS_RX_BEG,
    DS_RX_END,
    /// The connection to the host was begun.
    US_CX_BEG,
    /// It stood, TLS apart.
    US_CX_END,
    /// TLS with the host stood.
    US_HS_END,
    US_TX_BEG,
    US_TX_END,
    US_RX_BEG,
    US_RX_END,
    DS_TX_BEG,
    DS_TX_END
}
