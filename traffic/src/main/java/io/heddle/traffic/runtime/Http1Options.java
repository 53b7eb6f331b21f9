package io.heddle.traffic.runtime;

/// How HTTP/1.1 is spoken on a connection (Envoy's `core.v3.Http1ProtocolOptions`).
///
/// @param names how names of headers are written (`header_key_format`)
/// @param defaultHost the authority of requests of HTTP/1.0 that name none; empty for none
///     (`default_host_for_http_10`)
/// @param takesUrls whether clients may name a URL where a path stands, as to a forward proxy
///     (`allow_absolute_url`)
/// @param sendsUrls whether hosts get URLs there (`send_fully_qualified_url`)
/// @param outlivesFaults whether a client's connection outlives a request that is refused where the
///     next one can be told all the same (`override_stream_error_on_invalid_http_message`)
public record Http1Options(
        NameCase names, String defaultHost, boolean takesUrls, boolean sendsUrls, boolean outlivesFaults) {
    public static final Http1Options DEFAULT = new Http1Options(NameCase.RECEIVED, "", true, false, false);

    /// How names of headers are written. Whoever reads them does not look at their case (RFC 9110,
    /// section 5.1), or should not.
    public enum NameCase {
        /// Those received as they came, those made here in small letters.
        RECEIVED,
        /// Those received as they came, those made here as `X-Request-Id`.
        OWN_PROPER,
        /// All as `X-Request-Id`: what begins a word is a capital, whatever came (`proper_case_words`).
        PROPER
    }
}
