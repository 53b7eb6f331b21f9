package io.heddle.control;

/// Where a started control plane is reached.
///
/// @param api the API and the dashboard, for example `http://127.0.0.1:8080`
/// @param xds ADS and certificates over TLS, `host:port`
/// @param plaintextXds ADS without identity, `host:port`
/// @param metrics metrics and debug, `host:port`
public record Endpoints(String api, String xds, String plaintextXds, String metrics) {}
