package io.heddle.demo;

import java.util.Map;

/// One request as an application sees it.
///
/// @param method the HTTP method
/// @param path the path without its query
/// @param accept the `Accept` header, empty when absent
/// @param trace the headers to hand on to every downstream call, so that a trace stays whole
/// @param body the body as text
record Call(String method, String path, String accept, Map<String, String> trace, String body) {
    Call {
        trace = Map.copyOf(trace);
    }

    /// Whether this is a request with this method and path.
    boolean is(String wantedMethod, String wantedPath) {
        return method.equals(wantedMethod) && path.equals(wantedPath);
    }

    /// Whether this is a GET below `prefix`.
    boolean getsBelow(String prefix) {
        return method.equals("GET") && path.startsWith(prefix) && path.length() > prefix.length();
    }
}
