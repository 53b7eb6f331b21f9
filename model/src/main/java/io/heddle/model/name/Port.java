package io.heddle.model.name;

/// A port of a service.
///
/// @param number 1 to 65535
/// @param name the port's name; may be empty when a service has one port
/// @param protocol what is spoken on it
public record Port(int number, String name, Protocol protocol) {
    /// What is spoken on a port. HTTP is understood and routed by request; TCP is relayed.
    public enum Protocol {
        /// HTTP/1.1.
        HTTP,
        /// HTTP/2 without TLS, by prior knowledge, as gRPC speaks it.
        HTTP2,
        TCP;

        /// Whether requests are understood.
        public boolean isHttp() {
            return this != TCP;
        }
    }
}
