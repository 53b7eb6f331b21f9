package io.heddle.traffic.ratelimit;

/// One part of a descriptor, the name under which requests are counted together (Envoy's
/// `RateLimitDescriptor.Entry`). Texts stand as one char per octet.
///
/// @param key what is said of the request, for example `remote_address`
/// @param value what it is; empty, in a limit, for any
public record DescriptorEntry(String key, String value) {
    /// Whether it leaves its value open.
    boolean isOpen() {
        return value.isEmpty();
    }
}
