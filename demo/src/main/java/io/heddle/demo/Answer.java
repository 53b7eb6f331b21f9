package io.heddle.demo;

import java.util.Map;

/// One HTTP answer of an application.
///
/// @param status the HTTP status code
/// @param contentType the body's media type
/// @param body the body as text, sent as UTF-8
record Answer(int status, String contentType, String body) {
    /// A JSON answer of fields in the map's order.
    static Answer json(int status, Map<String, ?> fields) {
        return new Answer(status, "application/json", Json.write(fields) + "\n");
    }

    /// A 200 with JSON.
    static Answer ok(Map<String, ?> fields) {
        return json(200, fields);
    }

    /// A 404 that names what was asked for.
    static Answer notFound(String what) {
        return json(404, Map.of("error", what + " not found"));
    }

    /// A 502 that says which service failed, and how.
    static Answer badGateway(DownstreamFailure failure) {
        return json(
                502,
                Map.of(
                        "error",
                        failure.service() + " failed",
                        "service",
                        failure.service(),
                        "detail",
                        failure.detail()));
    }
}
