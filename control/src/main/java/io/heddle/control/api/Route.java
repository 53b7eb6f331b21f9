package io.heddle.control.api;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// One method and path of an API, for example `GET /api/v1/resources/{kind}/{namespace}/{name}`.
///
/// @param method the HTTP method
/// @param pattern the path; a part in braces stands for any one part
/// @param access who may call it
/// @param handler answers it
record Route(String method, String pattern, Access access, Handler handler) {
    /// Who may call a route.
    enum Access {
        /// Anyone who reaches the port.
        OPEN,
        /// Anyone on this machine; elsewhere holders of the admin token.
        READ,
        /// Holders of the admin token.
        WRITE
    }

    /// Answers calls; runs on a virtual thread and may block.
    interface Handler {
        Answer answer(Call call) throws RefusedException;
    }

    /// The variables of `path`; empty when the pattern does not fit.
    Optional<Map<String, String>> match(String path) throws RefusedException {
        var wanted = pattern.split("/", -1);
        var given = path.split("/", -1);
        if (wanted.length != given.length) {
            return Optional.empty();
        }
        var variables = new HashMap<String, String>();
        for (int i = 0; i < wanted.length; i++) {
            boolean variable = wanted[i].startsWith("{");
            if (!variable && !wanted[i].equals(given[i])) {
                return Optional.empty();
            }
            if (variable) {
                variables.put(wanted[i].substring(1, wanted[i].length() - 1), Call.decoded(given[i]));
            }
        }
        return Optional.of(variables);
    }
}
